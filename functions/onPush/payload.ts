import { z } from 'zod';

const BRANCH = 'refs/heads/';
/** Longer, or with control characters, git takes none. */
const ref = z
  .string()
  .max(1024)
  .regex(/^\P{Cc}+$/u);
const sha = z.string().regex(/^[0-9a-f]{40}$/);

const pushPayload = z.object({
  ref,
  before: sha,
  after: sha,
  deleted: z.boolean(),
  forced: z.boolean(),
  repository: z.object({ full_name: z.string(), pushed_at: z.number().optional() }),
  pusher: z.object({ name: z.string() }).nullish().catch(undefined),
  sender: z.object({ login: z.string() }).nullish().catch(undefined),
  head_commit: z
    .object({ id: z.string(), message: z.string(), author: z.object({ name: z.string() }).optional() })
    .nullish(),
});

/** A push as GitHub tells of it; the branch is the whole ref after refs/heads/, slashes and all. */
export interface Push {
  readonly repository: string;
  readonly branch: string | undefined;
  readonly ref: string;
  readonly after: string;
  readonly deleted: boolean;
  /** By the code host's clock, in whole seconds. */
  readonly pushedAt?: Date;
  /** What it was made on top of; absent when it was forced, or the branch is new. */
  readonly base?: string;
  readonly message: string;
  readonly author: string;
  /** Login of who pushed, where GitHub says it. */
  readonly by?: string;
}

/** Undefined: it is not as GitHub sends it. */
export function parsePush(body: string): Push | undefined {
  const parsed = pushPayload.safeParse(JSON.parse(body));
  if (!parsed.success) return undefined;
  const push = parsed.data;
  const by = push.sender?.login ?? push.pusher?.name;
  const { full_name, pushed_at } = push.repository;
  const onTop = !push.forced && !/^0+$/.test(push.before);
  return {
    repository: full_name,
    branch: push.ref.startsWith(BRANCH) ? push.ref.slice(BRANCH.length) : undefined,
    ref: push.ref,
    after: push.after,
    deleted: push.deleted,
    ...(pushed_at === undefined ? {} : { pushedAt: new Date(pushed_at * 1000) }),
    ...(onTop ? { base: push.before } : {}),
    message: push.head_commit?.message ?? '',
    author: push.head_commit?.author?.name ?? '',
    ...(by === undefined ? {} : { by }),
  };
}
