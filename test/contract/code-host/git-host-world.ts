import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { github } from '../../../shared/adapters/github/github.ts';
import { openReceiver } from '../../git-host/receiver.ts';
import { openGitHost, TOKEN } from '../../git-host/world.ts';
import type { CodeHostWorld } from '../code-host.ts';

/** The GitHub adapter on the git host of one machine: real HTTP, real git. */
export async function gitHostWorld(): Promise<CodeHostWorld> {
  const repository = 'Acme/Shop.js';
  const host = await openGitHost();
  const tree = await host.clone(repository);
  const receiver = await openReceiver();
  receiver.answer(500);
  const api = async (path: string) => (await host.api('GET', `/repos/${repository}${path}`)).body;
  return {
    codeHost: github({ apiUrl: `${host.url}/api/v3`, token: TOKEN, cloneUrl: `${host.url}/git` }),
    repository,
    async push({ branch, parent, message = `to ${branch}`, files = {} }) {
      if (parent) await tree.git('checkout', '--quiet', '--force', '--detach', parent);
      else await orphan();
      for (const path of Object.keys(files))
        await mkdir(dirname(join(tree.folder, path)), { recursive: true });
      const sha = await tree.commit(message, files);
      await tree.git('push', '--quiet', '--force', 'origin', `${sha}:refs/heads/${branch}`);
      return sha;
    },
    deleteBranch: async (branch) =>
      void (await tree.git('push', '--quiet', 'origin', `:refs/heads/${branch}`)),
    async webhooks() {
      // biome-ignore lint/suspicious/noExplicitAny: the host's JSON, asserted by the suite
      return (await api('/hooks?per_page=100')).map((hook: any) => ({
        url: hook.config.url,
        events: hook.events,
        hasSecret: 'secret' in hook.config,
      }));
    },
    async meddle(url, { secret, ...change }) {
      // biome-ignore lint/suspicious/noExplicitAny: as above
      const [hook] = (await api('/hooks?per_page=100')).filter((one: any) => one.config.url === url);
      const config = { url, content_type: 'json', ...(secret === '' ? {} : { secret: 'theirs' }) };
      await host.api('PATCH', `/repos/${repository}/hooks/${hook.id}`, { ...change, config });
    },
    receiver: {
      url: receiver.url,
      well: () => receiver.answer(202),
      received: () =>
        receiver.received
          .filter(({ event }) => event === 'push')
          .map(({ headers }) => `${headers['x-github-hook-id']}/${headers['x-github-delivery']}`),
    },
    async deployments() {
      // biome-ignore lint/suspicious/noExplicitAny: as above
      const known: any[] = await api('/deployments?per_page=100');
      return await Promise.all(
        known.map(async ({ id, task, sha }) => {
          const statuses: { state: string }[] = await api(`/deployments/${id}/statuses?per_page=100`);
          return { task, commit: sha, states: statuses.map(({ state }) => state).reverse() };
        }),
      );
    },
    async collaborators() {
      return (await api('/collaborators')).map(({ login }: { login: string }) => login);
    },
    async clone(url, credential, commit) {
      const build = await host.clone(repository);
      const header = Buffer.from(`x-access-token:${credential}`).toString('base64');
      await build.git(
        '-c',
        `http.extraHeader=Authorization: Basic ${header}`,
        'fetch',
        '--quiet',
        '--depth=1',
        url,
        commit,
      );
      return (await build.git('ls-tree', '-r', '--name-only', 'FETCH_HEAD')).split('\n');
    },
    async close() {
      await host.close();
      await receiver.close();
    },
  };

  /** A history without a parent, in an empty folder. */
  async function orphan(): Promise<void> {
    await tree.git('symbolic-ref', 'HEAD', 'refs/heads/start');
    await tree.git('rm', '-r', '--quiet', '--force', '--ignore-unmatch', '.');
    await rm(join(tree.folder, '.git', 'refs', 'heads', 'start'), { force: true });
    await writeFile(join(tree.folder, 'start.txt'), '');
  }
}
