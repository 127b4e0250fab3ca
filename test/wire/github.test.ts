import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { github } from '../../shared/adapters/github/github.ts';
import type { CodeHost } from '../../shared/ports/code-host.ts';
import { type GitHostWorld, openGitHost, TOKEN } from '../git-host/world.ts';
import { broken, endless, foreign } from './http-faults.ts';
import { type HttpFault, httpProxy } from './http-proxy.ts';
import { type Attempt, isDoneOnce, isGivenUp, saysNothing } from './once.ts';

const REPOSITORY = 'acme/shop';
const SYSTEM = /^GitHub/;

/** Where a verb is tried: what it writes bears the id. */
interface Stage {
  readonly id: string;
  readonly commit: string;
  /** The adapter without the proxy. */
  readonly direct: CodeHost;
}

/** Every verb of the port. A new one without a row here does not compile. */
const verbs: Readonly<
  Record<keyof CodeHost, (stage: Stage) => Promise<(host: CodeHost) => Promise<unknown>>>
> = {
  branchHead: async () => (host) => host.branchHead(REPOSITORY, 'main'),
  defaultBranch: async () => (host) => host.defaultBranch(REPOSITORY),
  branches: async () => (host) => host.branches(REPOSITORY, 10),
  compare:
    async ({ commit }) =>
    (host) =>
      host.compare(REPOSITORY, `${commit}`, 'main'),
  pathExists:
    async ({ commit }) =>
    (host) =>
      host.pathExists(REPOSITORY, commit, 'counter.txt'),
  cloneSource: async () => (host) => host.cloneSource(REPOSITORY),
  async statuses({ commit, direct }) {
    await direct.setStatus(REPOSITORY, commit, { context: 'ci', state: 'success', description: 'green' });
    return async (host) =>
      (await host.statuses(REPOSITORY, commit)).flatMap(({ context, state }) =>
        context === 'ci' ? [state] : [],
      );
  },
  setStatus:
    async ({ id, commit }) =>
    (host) =>
      host.setStatus(REPOSITORY, commit, { context: id, state: 'success', description: 'live as r1' }),
  reportDeployment:
    async ({ id, commit }) =>
    (host) =>
      host.reportDeployment({
        repository: REPOSITORY,
        commit,
        task: id,
        environment: 'acme/shop',
        state: 'success',
        description: 'live as r1',
      }),
  // What it mended is told once, and may be lost with the answer.
  ensureWebhook:
    async ({ id }) =>
    async (host) =>
      void (await host.ensureWebhook(REPOSITORY, { url: hook(id), secret: 's', events: ['push'] })),
  async removeWebhook({ id, direct }) {
    await direct.ensureWebhook(REPOSITORY, { url: hook(id), secret: 's', events: ['push'] });
    return (host) => host.removeWebhook(REPOSITORY, hook(id));
  },
  async listHookDeliveries(stage) {
    await pinged(stage);
    return async (host) =>
      (await host.listHookDeliveries(REPOSITORY, hook(stage.id), new Date(0))).map(({ event }) => event);
  },
  async redeliver(stage) {
    const ping = await pinged(stage);
    return (host) => host.redeliver(REPOSITORY, ping);
  },
  rateLimit: async () => (host) => host.rateLimit(),
  ensureCollaborator:
    async ({ id }) =>
    (host) =>
      host.ensureCollaborator(REPOSITORY, id),
  async removeCollaborator({ id, direct }) {
    await direct.ensureCollaborator(REPOSITORY, id);
    return (host) => host.removeCollaborator(REPOSITORY, id);
  },
};

/** A new webhook's first delivery, which nobody takes. */
async function pinged({ id, direct }: Stage) {
  await direct.ensureWebhook(REPOSITORY, { url: hook(id), secret: 's', events: ['push'] });
  return vi.waitFor(async () => {
    const [ping] = await direct.listHookDeliveries(REPOSITORY, hook(id), new Date(0));
    return ping ?? expect.unreachable('the webhook was not pinged yet');
  });
}

const hook = (id: string) => `http://127.0.0.1:1/${id}`;
/** Asks nobody. */
const asking = Object.entries(verbs).filter(([verb]) => verb !== 'cloneSource');

describe('the GitHub adapter behind a wire that fails', () => {
  let host: GitHostWorld;
  let commit: string;
  beforeAll(async () => {
    host = await openGitHost();
    commit = await (await host.clone(REPOSITORY)).publish('first');
  });
  afterAll(() => host?.close());
  const through = (url: string) =>
    github({ apiUrl: `${url}/api/v3`, token: TOKEN, cloneUrl: 'https://git.test' });

  const open = async (prepare: (typeof verbs)[keyof CodeHost]): Promise<Attempt<HttpFault>> => {
    const id = `id-${randomBytes(6).toString('hex')}`;
    const proxy = await httpProxy(host.url);
    const call = await prepare({ id, commit, direct: through(host.url) });
    const codeHost = through(proxy.url);
    return { proxy, call: () => call(codeHost), world: () => worldOf(id), plain: (result) => result };
  };

  /** A repeated report repeats its state in the history, which is no second Deployment and no second status. */
  const worldOf = async (id: string) => {
    const get = async (path: string) => (await host.api('GET', `/repos/${REPOSITORY}${path}`)).body;
    const statuses: { context: string; state: string; description: string }[] = await get(
      `/commits/${commit}/statuses?per_page=100`,
    );
    const hooks: { config: { url: string }; events: string[] }[] = await get('/hooks?per_page=100');
    const deployments: { id: number; sha: string }[] = await get(`/deployments?task=${id}&per_page=100`);
    const collaborators: { login: string }[] = await get('/collaborators');
    const reported: { state: string }[] = await get(`/deployments/${deployments[0]?.id ?? 0}/statuses`).then(
      (found) => (deployments.length > 0 ? found : []),
    );
    return {
      status: statuses.find(({ context }) => context === id)?.description,
      hooks: hooks.filter(({ config }) => config.url === hook(id)).map(({ events }) => events),
      deployments: deployments.map(({ sha }) => sha),
      states: [...new Set(reported.map(({ state }) => state))],
      collaborator: collaborators.filter(({ login }) => login === id).length,
    };
  };

  test.for(asking)('%s, tried again after any misfortune, is done, and done once', ([, prepare]) =>
    isDoneOnce(
      () => open(prepare),
      () => broken,
      SYSTEM,
    ),
  );

  test.for(asking)('%s takes no answer for GitHub’s that is not', ([, prepare]) =>
    saysNothing(() => open(prepare), foreign, SYSTEM),
  );

  // Beside each other: what is waited for takes eight seconds.
  test.concurrent.for(endless)('a call is given up on $name', async (fault) => {
    await Promise.all(asking.map(([verb, prepare]) => isGivenUp(() => open(prepare), fault, verb, SYSTEM)));
  });
});
