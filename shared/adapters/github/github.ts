import type { CodeHost } from '../../ports/code-host.ts';
import { address, commitSha, cutDescription, isRevision, login, treePath } from './address.ts';
import {
  branchAnswer,
  branchesAnswer,
  checked,
  comparisonAnswer,
  rateLimitAnswer,
  repositoryAnswer,
  statusAnswers,
} from './answers.ts';
import { githubCalls, type Log } from './client.ts';
import { reportDeployment } from './deployment.ts';
import { isHttpFault, unlessMissing } from './fault.ts';
import { listHookDeliveries, redeliver } from './hook-deliveries.ts';
import { ensureWebhook, removeWebhook } from './webhook.ts';

export interface GithubOptions {
  /** `https://api.github.com`, or `https://<host>/api/v3` of a GitHub Enterprise Server. */
  readonly apiUrl: string;
  readonly token: string;
  /** `https://github.com`: builds clone from `<cloneUrl>/owner/name.git`. */
  readonly cloneUrl: string;
  readonly log?: Log;
}

/** GitHub as the platform's code host. A call ends within 8 s, with a result or with one of the port's errors. */
export function github(options: GithubOptions): CodeHost {
  const call = githubCalls(options);
  const cloneUrl = options.cloneUrl.replace(/\/+$/, '');
  return {
    async branchHead(repository, branch) {
      const at = address(repository);
      if (!isRevision(branch)) return undefined;
      return await call('Contents: read', async ({ rest }) => {
        const found = await unlessMissing(rest.repos.getBranch({ ...at, branch }));
        if (!found) return undefined;
        const { name, commit: head } = checked(branchAnswer, found.data);
        // A renamed branch is redirected to its new name: another branch.
        if (name !== branch) return undefined;
        const { sha, commit } = head;
        return { sha, message: commit.message, author: commit.author?.name ?? '' };
      });
    },

    async defaultBranch(repository) {
      const at = address(repository);
      return await call('Metadata: read', async ({ rest }) => {
        const found = await unlessMissing(rest.repos.get(at));
        return found && checked(repositoryAnswer, found.data).default_branch;
      });
    },

    async branches(repository, limit) {
      const at = { ...address(repository), per_page: limit };
      return await call('Contents: read', async ({ rest }) => {
        const found = await unlessMissing(rest.repos.listBranches(at));
        return found ? checked(branchesAnswer, found.data).map(({ name }) => name) : [];
      });
    },

    async compare(repository, base, head) {
      const at = address(repository);
      if (!isRevision(base) || !isRevision(head)) return 'unknown';
      return await call('Contents: read', async ({ rest }) => {
        try {
          const basehead = `${base}...${head}`;
          // One commit a page: only the verdict is wanted.
          const { data } = await rest.repos.compareCommitsWithBasehead({ ...at, basehead, per_page: 1 });
          return checked(comparisonAnswer, data).status;
        } catch (error) {
          if (!isHttpFault(error) || error.status !== 404) throw error;
          return /no common ancestor/i.test(error.message) ? 'diverged' : 'unknown';
        }
      });
    },

    async pathExists(repository, commit, path) {
      const at = address(repository);
      const inTree = treePath(path);
      if (inTree === undefined || !isRevision(commit)) return false;
      return await call('Contents: read', async ({ rest }) => {
        const found = await unlessMissing(rest.repos.getContent({ ...at, path: inTree, ref: commit }));
        return found !== undefined;
      });
    },

    async cloneSource(repository) {
      const { owner, repo } = address(repository);
      return { url: `${cloneUrl}/${owner}/${repo}.git`, credential: options.token };
    },

    async statuses(repository, commit) {
      const at = { ...address(repository), ref: commitSha(commit) };
      return await call('Commit statuses: read', async ({ rest, paginate }) => {
        const all = await paginate(rest.repos.listCommitStatusesForRef, { ...at, per_page: 100 });
        // Newest first: the first of a context is the one that counts.
        const newest = Map.groupBy(checked(statusAnswers, all), ({ context }) => context);
        return [...newest.values()].flatMap(([status]) =>
          status
            ? {
                context: status.context,
                state: stateOf(status.state),
                description: status.description ?? '',
                at: new Date(status.created_at),
                ...(status.target_url ? { targetUrl: status.target_url } : {}),
              }
            : [],
        );
      });
    },

    async setStatus(repository, commit, { context, state, description, targetUrl }) {
      const at = { ...address(repository), sha: commitSha(commit) };
      await call('Commit statuses: write', ({ rest }) =>
        rest.repos.createCommitStatus({
          ...at,
          context,
          state,
          description: cutDescription(description),
          ...(targetUrl ? { target_url: targetUrl } : {}),
        }),
      );
    },

    async reportDeployment(report) {
      const at = address(report.repository);
      await call('Deployments: write', (client) => reportDeployment(client, at, report));
    },

    async ensureWebhook(repository, hook) {
      const at = address(repository);
      return await call('Webhooks: write', (client) => ensureWebhook(client, at, hook));
    },

    async removeWebhook(repository, url) {
      const at = address(repository);
      await call('Webhooks: write', (client) => removeWebhook(client, at, url));
    },

    async listHookDeliveries(repository, url, since) {
      const at = address(repository);
      return await call('Webhooks: read', (client) => listHookDeliveries(client, at, url, since));
    },

    async redeliver(repository, delivery) {
      const at = address(repository);
      await call('Webhooks: write', (client) => redeliver(client, at, delivery));
    },

    async rateLimit() {
      return await call('Metadata: read', async ({ rest }) => {
        // A GitHub Enterprise Server without limits says 404.
        const found = await unlessMissing(rest.rateLimit.get());
        if (!found) return undefined;
        const { limit, remaining, reset } = checked(rateLimitAnswer, found.data).resources.core;
        return { limit, remaining, resetAt: new Date(reset * 1000) };
      });
    },

    async ensureCollaborator(repository, user) {
      const at = { ...address(repository), username: login(user) };
      await call('Administration: write', async ({ rest }) => {
        const known = await unlessMissing(rest.repos.checkCollaborator(at));
        // Asked again, GitHub would write an invitation again. Pushing is the least right that may set statuses.
        if (!known) await rest.repos.addCollaborator({ ...at, permission: 'push' });
      });
    },

    async removeCollaborator(repository, user) {
      const at = { ...address(repository), username: login(user) };
      await call('Administration: write', ({ rest }) => unlessMissing(rest.repos.removeCollaborator(at)));
    },
  };
}

/** GitHub types the state as any text. */
function stateOf(state: string): 'pending' | 'success' | 'failure' | 'error' {
  return state === 'success' || state === 'failure' || state === 'pending' ? state : 'error';
}
