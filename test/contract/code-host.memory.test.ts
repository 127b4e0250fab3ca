import { createHash } from 'node:crypto';
import { memoryCodeHost } from '../memory/code-host.ts';
import { codeHostContract } from './code-host.ts';

codeHostContract('the code host in memory', async () => {
  const repository = 'Acme/Shop.js';
  const host = memoryCodeHost();
  const { webhooks, deployments, collaborators, commits } = host.records;
  const receiver = 'http://receiver.test/';
  let isWell = false;
  const received: string[] = [];
  /** As the network would: to every webhook of the repository. */
  const deliver = (one: ReturnType<typeof host.send>) => {
    const isHeard = one.url === receiver;
    if (isHeard) received.push(`1/${one.guid}`);
    host.answered(one, isHeard ? (isWell ? 202 : 500) : 0);
  };
  let count = 0;
  return {
    codeHost: {
      ...host.port,
      async redeliver(at, delivery) {
        await host.port.redeliver(at, delivery);
        for (const one of host.toSend.splice(0)) deliver(one);
      },
    },
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
      for (const { url } of webhooks.values())
        deliver(host.send({ repository, url, event: 'push', guid: `guid-${count}`, payload: {} }));
      return sha;
    },
    deleteBranch: async (branch) => host.remove(repository, branch),
    webhooks: async () =>
      [...webhooks.values()].map(({ url, events, secret }) => ({ url, events, hasSecret: secret !== '' })),
    async meddle(url, change) {
      const key = `${repository.toLowerCase()} ${url}`;
      const hook = webhooks.get(key);
      if (hook) webhooks.set(key, { ...hook, ...change });
    },
    receiver: {
      url: receiver,
      well: () => {
        isWell = true;
      },
      received: () => received,
    },
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
