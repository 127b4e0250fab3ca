import { DeniedError } from '../../../shared/domain/errors.ts';
import type { Ancestry, CodeHost, CommitStatus, DeploymentReport } from '../../../shared/ports/code-host.ts';

export type FakeCodeHost = ReturnType<typeof fakeCodeHost>;

interface Told {
  readonly commit: string;
  readonly status: CommitStatus;
}

interface Records {
  readonly parents: Map<string, string | undefined>;
  readonly branches: Map<string, string>;
  readonly statuses: Told[];
  readonly deployments: Map<string, DeploymentReport>;
}

/** A code host of commits with true ancestry, and of what it was told, in the order in which it was. */
export function fakeCodeHost(from?: { readonly records: Records }) {
  const records: Records = structuredClone(from?.records) ?? {
    parents: new Map(),
    branches: new Map(),
    statuses: [],
    deployments: new Map(),
  };
  const { parents, branches, statuses, deployments } = records;
  const faults = { refusesStatuses: false };

  const holds = (descendant: string, ancestor: string): boolean => {
    for (let commit: string | undefined = descendant; commit; commit = parents.get(commit))
      if (commit === ancestor) return true;
    return false;
  };

  const port: CodeHost = {
    async branchHead(repository, branch) {
      const sha = branches.get(`${repository}#${branch}`);
      return sha === undefined ? undefined : { sha, message: 'Add a till', author: 'Ada' };
    },
    async defaultBranch() {
      return 'main';
    },
    async compare(_repository, base, head): Promise<Ancestry> {
      if (!parents.has(base) || !parents.has(head)) return 'unknown';
      if (base === head) return 'identical';
      if (holds(head, base)) return 'ahead';
      return holds(base, head) ? 'behind' : 'diverged';
    },
    async pathExists() {
      return true;
    },
    async cloneSource(repository) {
      return { url: `http://code.test/${repository}` };
    },
    async statuses(_repository, commit) {
      if (faults.refusesStatuses)
        throw new DeniedError('GitHub refuses. Give the token the permission Commit statuses: read.');
      const newest = new Map(
        statuses.filter((one) => one.commit === commit).map(({ status }) => [status.context, status]),
      );
      return [...newest.values()];
    },
    async setStatus(_repository, commit, status) {
      statuses.push({ commit, status });
    },
    async reportDeployment(report) {
      deployments.set(report.task, report);
    },
    async ensureWebhook() {},
    async removeWebhook() {},
    async ensureCollaborator() {},
    async removeCollaborator() {},
  };

  return {
    port,
    records,
    faults,
    holds,
    commit: (sha: string, on?: string) => void parents.set(sha, on),
    head: (repository: string, branch: string) => branches.get(`${repository}#${branch}`),
    move: (repository: string, branch: string, to: string) =>
      void branches.set(`${repository}#${branch}`, to),
    remove: (repository: string, branch: string) => void branches.delete(`${repository}#${branch}`),
    /** The status that a commit was given last. */
    lastStatus: (commit: string) => statuses.findLast((one) => one.commit === commit)?.status,
    /** The state that the Deployment of a release was given last. */
    deployment: (task: string) => deployments.get(task)?.state,
  };
}

/** A push as GitHub tells of it. */
export function pushPayload(push: {
  readonly repository: string;
  readonly branch: string;
  readonly before: string;
  readonly after: string;
  readonly forced: boolean;
}) {
  const { repository, branch, after, ...same } = push;
  return {
    ...same,
    ref: `refs/heads/${branch}`,
    after,
    deleted: false,
    repository: { full_name: repository },
    head_commit: { id: after, message: 'Add a till', author: { name: 'Ada' } },
  };
}
