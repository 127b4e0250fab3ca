import { z } from 'zod';

const BRANCH = 'refs/heads/';
/** Longer, or with control characters, git takes none. */
const ref = z
  .string()
  .max(1024)
  .regex(/^\P{Cc}+$/u);
const sha = z.string().regex(/^[0-9a-f]{40}$/);
const textOf = (most: number) => z.string().transform((text) => text.slice(0, most));
/** GitHub's own are shorter; an author's is as its pusher's git was told. */
const name = textOf(200);
/** A title and the markers that skip it are read of a message, which may have megabytes. */
const message = textOf(10_000);

/** All that is read of a push. Of a payload that was cut to this, it reads the same. */
const pushPayload = z.object({
  ref,
  before: sha,
  after: sha,
  deleted: z.boolean(),
  forced: z.boolean(),
  repository: z.object({ full_name: name, pushed_at: z.number().optional() }),
  pusher: z.object({ name }).nullish().catch(undefined),
  sender: z.object({ login: name }).nullish().catch(undefined),
  head_commit: z.object({ id: name, message, author: z.object({ name }).optional() }).nullish(),
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

/** What is kept of a push's payload, as JSON: what `parsePush` reads. */
export const keptOfPush = (payload: unknown): string =>
  JSON.stringify(pushPayload.safeParse(payload).data ?? null);

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
