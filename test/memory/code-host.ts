import { address, commitSha, cutDescription, login, treePath } from '../../shared/adapters/github/address.ts';
import { HostDeniedError, InvalidError } from '../../shared/domain/errors.ts';
import type {
  Ancestry,
  CodeHost,
  CommitStatus,
  DeploymentReport,
  HookDelivery,
  ToldStatus,
  WebhookFault,
  WebhookSettings,
} from '../../shared/ports/code-host.ts';

export type MemoryCodeHost = ReturnType<typeof memoryCodeHost>;

interface Told {
  readonly commit: string;
  readonly status: ToldStatus;
}

/** One event on its way to the platform's webhook, and how each try to deliver it was answered. */
interface Sent {
  readonly repository: string;
  /** Of the webhook. */
  readonly url: string;
  readonly guid: string;
  readonly event: string;
  readonly payload: object;
  readonly attempts: { readonly id: number; readonly at: Date; readonly answer: number }[];
}

const hookKey = (repository: string, url: string) => `${repository.toLowerCase()} ${url}`;

/** Id of every webhook here: a repository has one. */
const HOOK = 1;

interface Made {
  readonly message: string;
  readonly author: string;
  /** Of the whole tree; undefined: nobody said, and every path is there. */
  readonly files?: ReadonlySet<string>;
}

interface Records {
  readonly parents: Map<string, string | undefined>;
  readonly commits: Map<string, Made>;
  /** By `<repository>#<branch>`. */
  readonly branches: Map<string, string>;
  readonly statuses: Told[];
  /** By task: every report, in the order in which they came. */
  readonly deployments: Map<string, DeploymentReport[]>;
  /** By `<repository> <address>`, the repository in lower case. */
  readonly webhooks: Map<string, WebhookSettings & { readonly active: boolean }>;
  readonly collaborators: Map<string, Set<string>>;
  readonly sent: Sent[];
}

/** A code host of commits with true ancestry, and of what it was told, in the order in which it was. */
export function memoryCodeHost(from?: { readonly records: Records }, clock = () => new Date()) {
  const records: Records = structuredClone(from?.records) ?? {
    parents: new Map(),
    commits: new Map(),
    branches: new Map(),
    statuses: [],
    deployments: new Map(),
    webhooks: new Map(),
    collaborators: new Map(),
    sent: [],
  };
  const { parents, commits, branches, statuses, deployments, webhooks, collaborators, sent } = records;
  /** What it was asked to send again: whoever plays the network does. */
  const toSend: Sent[] = [];
  let attempts = Math.max(0, ...sent.flatMap((one) => one.attempts.map(({ id }) => id)));
  const faults = { refusesStatuses: false };

  const holds = (descendant: string, ancestor: string): boolean => {
    for (let commit: string | undefined = descendant; commit; commit = parents.get(commit))
      if (commit === ancestor) return true;
    return false;
  };
  const headOf = (repository: string, branch: string) => {
    address(repository);
    return branches.get(`${repository}#${branch}`);
  };
  const requireCommit = (commit: string) => {
    if (!parents.has(commitSha(commit)))
      throw new InvalidError('commit', 'is not there', 'Push it to the repository.');
  };

  const port: CodeHost = {
    async branchHead(repository, branch) {
      const sha = headOf(repository, branch);
      if (sha === undefined) return undefined;
      const { message, author } = commits.get(sha) ?? { message: 'Add a till', author: 'Ada' };
      return { sha, message, author };
    },
    async defaultBranch(repository) {
      return headOf(repository, 'main') === undefined ? undefined : 'main';
    },
    async branches(repository, limit) {
      const own = `${repository}#`;
      address(repository);
      return [...branches.keys()]
        .filter((key) => key.startsWith(own))
        .map((key) => key.slice(own.length))
        .toSorted()
        .slice(0, limit);
    },
    async compare(_repository, base, head): Promise<Ancestry> {
      if (!parents.has(base) || !parents.has(head)) return 'unknown';
      if (base === head) return 'identical';
      if (holds(head, base)) return 'ahead';
      return holds(base, head) ? 'behind' : 'diverged';
    },
    async pathExists(_repository, commit, path) {
      const wanted = treePath(path);
      const files = commits.get(commit)?.files;
      if (wanted === undefined) return false;
      if (!files || wanted === '') return true;
      return [...files].some((file) => file === wanted || file.startsWith(`${wanted}/`));
    },
    async cloneSource(repository) {
      const { owner, repo } = address(repository);
      return { url: `http://code.test/${owner}/${repo}.git` };
    },
    async statuses(_repository, commit) {
      if (faults.refusesStatuses)
        throw new HostDeniedError('GitHub refuses. Give the token the permission Commit statuses: read.');
      const newest = new Map(
        statuses.filter((one) => one.commit === commit).map(({ status }) => [status.context, status]),
      );
      return [...newest.values()];
    },
    async setStatus(_repository, commit, status) {
      requireCommit(commit);
      const description = cutDescription(status.description);
      statuses.push({ commit, status: { ...status, description, at: clock() } });
    },
    async reportDeployment(report) {
      requireCommit(report.commit);
      deployments.set(report.task, [...(deployments.get(report.task) ?? []), report]);
    },
    async ensureWebhook(repository, hook) {
      address(repository);
      const key = hookKey(repository, hook.url);
      const faults = faultsOf(webhooks.get(key), hook);
      webhooks.set(key, { active: true, ...hook });
      return faults;
    },
    async removeWebhook(repository, url) {
      address(repository);
      webhooks.delete(hookKey(repository, url));
      // Its log goes with it.
      const isOfIt = (one: Sent) => hookKey(one.repository, one.url) === hookKey(repository, url);
      sent.splice(0, sent.length, ...sent.filter((one) => !isOfIt(one)));
    },
    async listHookDeliveries(repository, url, since) {
      address(repository);
      if (!webhooks.has(hookKey(repository, url))) return [];
      return sent
        .filter((one) => one.repository.toLowerCase() === repository.toLowerCase() && one.url === url)
        .flatMap((one) => toDelivery(one, since) ?? []);
    },
    async redeliver(_repository, { id, attempt }) {
      const one = sent.find(
        ({ guid, attempts }) =>
          id === `${HOOK}/${guid}` && attempts.some((known) => String(known.id) === attempt),
      );
      if (!one)
        throw new InvalidError('repository', 'there is no such delivery', 'Give one that was listed.');
      toSend.push(one);
    },
    async rateLimit() {
      return undefined;
    },
    async ensureCollaborator(repository, user) {
      address(repository);
      collaborators.set(repository, (collaborators.get(repository) ?? new Set()).add(login(user)));
    },
    async removeCollaborator(repository, user) {
      address(repository);
      collaborators.get(repository)?.delete(login(user));
    },
  };

  return {
    port,
    records,
    faults,
    holds,
    commit(sha: string, on?: string, made?: Made): void {
      parents.set(sha, on);
      if (made) commits.set(sha, made);
    },
    head: (repository: string, branch: string) => branches.get(`${repository}#${branch}`),
    move: (repository: string, branch: string, to: string) =>
      void branches.set(`${repository}#${branch}`, to),
    remove: (repository: string, branch: string) => void branches.delete(`${repository}#${branch}`),
    /** Tells the webhook of an event; what comes of it is told by `answered`. */
    send(event: Omit<Sent, 'attempts'>): Sent {
      const one = { ...event, attempts: [] };
      sent.push(one);
      return one;
    },
    /** How an attempt to deliver it was answered; 0: not at all. */
    answered: (one: Sent, answer: number): void => {
      one.attempts.push({ id: ++attempts, at: clock(), answer });
    },
    toSend,
    /** The status that a commit was given last. */
    lastStatus: (commit: string) => statuses.findLast((one) => one.commit === commit)?.status,
    /** The state that the Deployment of a release was given last. */
    deployment: (task: string) => deployments.get(task)?.at(-1)?.state,
  };
}

/** A commit status as GitHub tells of it. */
export const statusPayload = (
  repository: string,
  sha: string,
  { context, state, description }: CommitStatus,
) => ({ sha, context, state, description, repository: { full_name: repository } });

function faultsOf(
  there: (WebhookSettings & { readonly active: boolean }) | undefined,
  wanted: WebhookSettings,
): readonly WebhookFault[] {
  if (!there) return ['not there'];
  return [
    ...(there.active ? [] : (['inactive'] as const)),
    ...(there.events.toSorted().join() === wanted.events.toSorted().join()
      ? []
      : (['other events'] as const)),
    ...(there.secret === '' ? (['no secret'] as const) : []),
  ];
}

function toDelivery({ guid, event, attempts }: Sent, since: Date): HookDelivery | undefined {
  const [first, last] = [attempts[0], attempts.at(-1)];
  if (!first || !last || first.at <= since) return undefined;
  return {
    id: `${HOOK}/${guid}`,
    event,
    attempt: String(last.id),
    delivered: attempts.some(({ answer }) => answer >= 200 && answer < 300),
    answer: last.answer,
    firstAt: first.at,
    lastAt: last.at,
  };
}

/** A push as GitHub tells of it. */
export function pushPayload(push: {
  readonly repository: string;
  readonly branch: string;
  readonly before: string;
  readonly after: string;
  readonly forced: boolean;
  readonly at: Date;
}) {
  const { repository, branch, after, at, ...same } = push;
  return {
    ...same,
    ref: `refs/heads/${branch}`,
    after,
    deleted: false,
    repository: { full_name: repository, pushed_at: Math.floor(at.getTime() / 1000) },
    head_commit: { id: after, message: 'Add a till', author: { name: 'Ada' } },
  };
}
