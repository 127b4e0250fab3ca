import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { supervisor } from '../../../scripts/local/cluster/supervisor/supervisor.ts';
import type { App } from '../../../shared/domain/app.ts';
import { DeniedError } from '../../../shared/domain/errors.ts';
import type { Warning } from '../../../shared/domain/workload.ts';
import { cite } from '../../cli/cite.ts';
import { putImage } from '../../local/world.ts';
import { type ConsoleWorld, givenApp, openConsole } from './world.ts';

let world: ConsoleWorld;
let machine: ReturnType<typeof supervisor>;
/** What a cluster says that has events: a machine has none. */
let warnings: () => Promise<readonly Warning[]> = async () => [];
beforeAll(async () => {
  world = await openConsole({}, (cluster) => ({ ...cluster, listWarnings: () => warnings() }));
  const log = pino({ level: 'silent' });
  machine = supervisor({ dir: world.dir, clock: () => new Date(), log, closeGraceMs: 500 });
  await machine.start();
});
afterAll(async () => {
  await machine.close();
  await world.close();
});

const server = `require('node:http').createServer((_req, res) => res.end()).listen(process.env.PORT);`;
const livingApp = async () => {
  const image = await putImage(world.dir, { 'server.js': server });
  return givenApp(world, { releases: [{ outcome: 'deployed', pods: 2, image }], live: 1 });
};
const ask = async (app: App) => (await world.ask('GET', `/api/apps/${app.namespace}/shop/pods`)).body;
const look = async (app: App) =>
  (await world.ask('GET', `/apps/${app.namespace}/shop`, undefined, { accept: 'text/html' })).text;

test('pods are shown with where requests go', async () => {
  const app = await livingApp();
  await vi.waitFor(async () => expect((await ask(app)).endpoints).toEqual([{ release: 1, ready: 2 }]), {
    timeout: 20_000,
  });
  const { pods } = await ask(app);
  expect(pods).toHaveLength(2);
  for (const pod of pods)
    expect(pod).toMatchObject({
      release: 1,
      phase: 'Running',
      ready: true,
      address: expect.stringMatching(/:\d+$/),
      restarts: 0,
    });
  expect(await look(app)).toContain('Its Service sends requests to 2 ready pods of r1.');
  const { out } = await cite(['pods', `${app.namespace}/shop`], { env: { CITE_URL: world.url } });
  expect(out).toMatch(/POD .*\n(\S+ +r1 +Ready +0 .*\n){2}requests go to 2 of r1\n$/);
});

test('what the cluster warned of is told in words that act on nothing', async () => {
  const app = await givenApp(world);
  const at = new Date(Date.now() - 300_000);
  const message = 'Readiness probe failed: \u001b[2J<b>refused</b>\nby the app';
  warnings = async () => [
    { object: 'Pod shop-r1-5d8f-x2x7z', release: 1, reason: 'Unhealthy', message, count: 7, at },
  ];
  expect(await ask(app)).toEqual({
    pods: [],
    endpoints: [],
    warnings: [
      {
        object: 'Pod shop-r1-5d8f-x2x7z',
        release: 1,
        reason: 'Unhealthy',
        message: 'Readiness probe failed: <b>refused</b> by the app',
        count: 7,
        at: at.toISOString(),
      },
    ],
  });
  const page = await look(app);
  expect(page).toContain('Readiness probe failed: &lt;b&gt;refused&lt;/b&gt; by the app');
  expect(page).toMatch(/Pod shop-r1-5d8f-x2x7z · 7 times · <time[^>]*>5 min ago/);
  expect(page).toContain('Its Service has no ready pod to send requests to.');
  const { out } = await cite(['pods', `${app.namespace}/shop`], { env: { CITE_URL: world.url } });
  expect(out).toContain('5 min ago  Unhealthy (7 times)  Pod shop-r1-5d8f-x2x7z: Readiness probe failed');
});

test('warnings that may not be read hide nothing else', async () => {
  const app = await givenApp(world, { releases: [{ outcome: 'deployed' }], live: 1 });
  warnings = async () => {
    throw new DeniedError('Kubernetes refuses: events is forbidden.');
  };
  expect(await ask(app)).toMatchObject({
    warnings: [],
    away: expect.stringContaining('events is forbidden'),
  });
  const page = await look(app);
  expect(page).toContain('events is forbidden');
  expect(page).toContain('Commit of r1');
});
