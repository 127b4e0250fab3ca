import { createHash } from 'node:crypto';
import { memoryCodeHost } from '../simulation/memory/code-host.ts';
import { codeHostContract } from './code-host.ts';

codeHostContract('the code host in memory', async () => {
  const repository = 'Acme/Shop.js';
  const host = memoryCodeHost();
  const { webhooks, deployments, collaborators, commits } = host.records;
  let count = 0;
  return {
    codeHost: host.port,
    repository,
    async push({ branch, parent, message = `to ${branch}`, files = {} }) {
      const sha = createHash('sha1').update(`${++count}`).digest('hex');
      const before = parent === undefined ? [] : (commits.get(parent)?.files ?? []);
      host.commit(sha, parent, {
        message,
        author: 'Ada Lovelace',
        files: new Set([...before, ...Object.keys(files)]),
      });
      host.move(repository, branch, sha);
      return sha;
    },
    deleteBranch: async (branch) => host.remove(repository, branch),
    webhooks: async () =>
      [...webhooks.values()].map(({ url, events, secret }) => ({ url, events, hasSecret: secret !== '' })),
    deployments: async () =>
      [...deployments].map(([task, reports]) => ({
        task,
        commit: reports[0]?.commit ?? '',
        states: reports.map(({ state }) => state),
      })),
    collaborators: async () => [...(collaborators.get(repository) ?? [])],
    clone: async (_url, _credential, commit) => [...(commits.get(commit)?.files ?? [])],
    close: async () => undefined,
  };
});
