import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { App } from '../../../shared/domain/app.ts';
import { type ConsoleWorld, givenApp, givenChange, openConsole } from './world.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
});
afterAll(() => world.close());

const ended = (outcome: 'failed' | 'refused' | 'skipped') => ({
  state: 'ended' as const,
  verdict: { outcome, why: 'npm ci failed' },
});
const live = { releases: [{ outcome: 'deployed' }], live: 1 } as const;

/** As the list and as the App's own page show it: they must agree. */
async function shown(app: App) {
  const { body: one } = await world.ask('GET', `/api/apps/${app.namespace}/shop`);
  const { body: all } = await world.ask('GET', `/api/apps?namespace=${app.namespace}`);
  expect({ ...all.apps[0].status, failed: all.apps[0].failed }).toEqual({
    ...one.status,
    failed: one.failed,
  });
  return { state: one.status.state, live: one.status.live, failed: one.failed };
}

describe('the state of an App', () => {
  test('with nothing live is that of its newest Change', async () => {
    const app = await givenApp(world);
    expect(await shown(app)).toEqual({ state: 'waiting' });
    await givenChange(world, app, {});
    expect((await shown(app)).state).toBe('building');
    const { commit } = await givenChange(world, app, ended('failed'));
    expect(await shown(app)).toEqual({ state: 'failed', failed: commit });
  });

  test('with something live says beside it what is under way, or failed', async () => {
    const app = await givenApp(world, live);
    expect(await shown(app)).toEqual({ state: 'live', live: 'r1' });
    const commit = 'ab12cd3'.padEnd(40, '0');
    await givenChange(world, app, { commit, state: 'building' });
    expect((await shown(app)).state).toBe('live, ab12cd3 building');
    await givenChange(world, app, { release: 3, ...ended('failed') });
    expect((await shown(app)).state).toBe('live, r3 failed');
    await givenChange(world, app, ended('skipped'));
    expect(await shown(app)).toEqual({ state: 'live', live: 'r1' });
  });

  test('under a Hold says who holds it', async () => {
    const app = await givenApp(world, live);
    await world.ask('POST', `/api/apps/${app.namespace}/shop/hold`, { by: 'ann' });
    expect((await shown(app)).state).toBe('held by ann');
  });

  test('is told by the releases where the store has lost the Changes', async () => {
    const app = await givenApp(world, {
      releases: [{ outcome: 'deployed' }, { outcome: 'failed' }],
      live: 1,
    });
    const lost = vi.spyOn(world.store, 'listChanges').mockResolvedValue([]);
    expect((await shown(app)).state).toBe('live, r2 failed');
    lost.mockRestore();
  });

  test('of many Apps is read in listings, not App by App; one whose Changes are older is not forgotten', async () => {
    const old = await givenApp(world);
    await givenChange(world, old, ended('failed'));
    const busy = await givenApp(world);
    for (let i = 0; i < 100; i += 1) await givenChange(world, busy, ended('skipped'));
    expect((await shown(old)).state).toBe('failed');
    const workloads = vi.spyOn(world.cluster, 'listWorkloads');
    const service = vi.spyOn(world.cluster, 'getService');
    await world.ask('GET', '/api/apps');
    expect([workloads.mock.calls, service.mock.calls]).toEqual([[[]], []]);
    vi.restoreAllMocks();
  });
});

test('the status names the open Changes, and who would not take a dead letter', async () => {
  const app = await givenApp(world);
  const change = await givenChange(world, app, {});
  const letter = { id: 'a', type: 'com.github.push', source: '/x', subject: 'acme/shop', data: {} };
  const refused = { destination: 'http://on-push.cite-system.svc.cluster.local', code: 422, message: 'no' };
  await world.store.keepDeadLetter({ ...letter, ...refused, at: new Date().toISOString() });
  const { body } = await world.ask('GET', '/api/status');
  expect(body.underWay[0]).toMatchObject({ id: change.id, app: { name: 'shop' }, state: 'building' });
  expect(body.deadLetters[0]).toMatchObject({
    function: 'on-push',
    code: 422,
    subject: 'acme/shop',
    remedy: expect.stringMatching(/the log of on-push/),
  });
});
