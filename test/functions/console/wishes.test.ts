import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../../shared/domain/app.ts';
import { type ConsoleWorld, commitOf, givenApp, givenChange, openConsole } from './world.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
});
afterAll(() => world.close());
beforeEach(() => void world.emitted.splice(0));

const at = (app: App, verb: string) => `/api/apps/${app.namespace}/${app.name}/${verb}`;
const post = (app: App, verb: string, body: object = {}) => world.ask('POST', at(app, verb), body);
const holdOf = async (app: App) => (await world.cluster.getApp(app))?.spec.hold;
const epochOf = async (app: App) => (await world.cluster.getService(app))?.epoch ?? 0;
const types = () => world.emitted.map(({ type }) => type);
const openOf = (app: App) => world.store.listChanges({ app: app.uid, open: true });

const standby = { outcome: 'deployed', standbySince: new Date() } as const;
const live = { outcome: 'deployed' } as const;

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const fault = '1 of 2 pods are ready: CrashLoopBackOff';

describe('activating a release', () => {
  test('whose last check failed is done, with a warning', async () => {
    const app = await givenApp(world, { releases: [standby, live], live: 2 });
    await world.store.saveStandbyCheck({ app: app.uid, release: 1, at: minutesAgo(3), fault });
    const { status, body } = await post(app, 'activate', { release: 1 });
    expect(status).toBe(202);
    expect(body.warning).toContain(
      `r1 would not have taken over when it was checked 3 min ago: ${fault}. It becomes live once`,
    );
    expect(await holdOf(app)).toMatchObject({ release: 1 });
  });

  test.each([
    ['is well', { ...standby }, {}],
    ['broke before it was retired', { ...standby, replicas: 0 }, { fault }],
  ])('that %s warns of nothing', async (_which, release, found) => {
    const app = await givenApp(world, { releases: [release, live], live: 2 });
    await world.store.saveStandbyCheck({ app: app.uid, release: 1, at: minutesAgo(3), ...found });
    expect((await post(app, 'activate', { release: 1 })).body.warning).toBeUndefined();
  });

  test('writes the Hold, raises the epoch, opens a rollback and then tells of it', async () => {
    const app = await givenApp(world, { releases: [standby, live], live: 2 });
    const epoch = await epochOf(app);
    const { status, body } = await post(app, 'activate', { release: 1, by: 'ann@home', why: 'r2 is slow' });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      kind: 'rollback',
      release: 1,
      commit: commitOf(1),
      state: 'switching',
      author: 'ann@home',
    });
    expect(body.reason).toContain('ann@home asked for r1: r2 is slow');
    expect(await holdOf(app)).toMatchObject({ by: 'ann@home', why: 'r2 is slow', release: 1 });
    expect(await epochOf(app)).toBe(epoch + 1);
    expect(await openOf(app)).toMatchObject([{ id: body.id, kind: 'rollback' }]);
    expect(types()).toEqual(['dev.cite.change.updated', 'dev.cite.activate.requested']);
    expect(world.emitted[1]).toMatchObject({ data: { namespace: app.namespace, name: 'shop' } });
  });

  test('of a release at 0 pods starts it first', async () => {
    const app = await givenApp(world, { releases: [{ ...standby, replicas: 0 }, live], live: 2 });
    expect((await post(app, 'activate', { release: 1 })).body).toMatchObject({ state: 'starting' });
  });

  test('asked for twice is one Change, also after the switch has claimed the release', async () => {
    const app = await givenApp(world, { releases: [standby, live], live: 2 });
    const first = await post(app, 'activate', { release: 1 });
    const claimed = await world.cluster.getWorkload(app, 1);
    if (claimed) await world.cluster.updateWorkload(claimed, { standbySince: null });
    const second = await post(app, 'activate', { release: 1 });
    expect(second).toMatchObject({ status: 202, body: { id: first.body.id } });
    expect(types().filter((type) => type === 'dev.cite.activate.requested')).toHaveLength(2);
    expect(await openOf(app)).toHaveLength(1);
  });

  test('of another release supersedes the rollback that is under way, and its release is a standby again', async () => {
    const app = await givenApp(world, { releases: [standby, standby, live], live: 3 });
    const first = await post(app, 'activate', { release: 1 });
    const claimed = await world.cluster.getWorkload(app, 1);
    if (claimed) await world.cluster.updateWorkload(claimed, { standbySince: null });
    await post(app, 'activate', { release: 2 });
    expect((await world.store.getChange(first.body.id))?.verdict).toEqual({
      outcome: 'superseded',
      by: 'r2',
    });
    expect(await world.cluster.getWorkload(app, 1)).toMatchObject({
      outcome: 'deployed',
      standbySince: expect.any(Date),
    });
    expect(await openOf(app)).toMatchObject([{ kind: 'rollback', release: 2 }]);
    expect(await holdOf(app)).toMatchObject({ release: 2 });
  });

  test.each<[string, number, number, RegExp]>([
    ['that is live', 2, 409, /r2 of .* is live already/],
    ['that is still on its way', 3, 409, /still on its way/],
    ['that has failed', 4, 409, /has failed/],
    ['that never was', 9, 404, /There is no r9/],
  ])('%s is refused, and nothing is written', async (_title, release, status, words) => {
    const app = await givenApp(world, { releases: [standby, live, {}, { outcome: 'failed' }], live: 2 });
    const epoch = await epochOf(app);
    const answer = await post(app, 'activate', { release });
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toMatch(words);
    expect(await holdOf(app)).toBeUndefined();
    expect(await epochOf(app)).toBe(epoch);
    expect(types()).toEqual([]);
  });

  test('that the sweep took is refused with what to do instead', async () => {
    const app = await givenApp(world, { releases: [{ ...standby, replicas: 0 }, live], live: 2 });
    const swept = await world.cluster.getWorkload(app, 1);
    if (swept) await world.cluster.deleteWorkload(swept);
    const answer = await post(app, 'activate', { release: 1 });
    expect({ status: answer.status, detail: answer.body.detail }).toMatchObject({
      status: 404,
      detail: expect.stringMatching(/is gone: the sweep keeps the last 10/),
    });
  });
});

describe('a release that the sweep has scaled down', () => {
  const retired = { ...standby, standbySince: new Date(0), replicas: 0 } as const;

  test('is started again to stand by, from now on, and what is live stays so', async () => {
    const app = await givenApp(world, { releases: [retired, live], live: 2, spec: { replicas: 3 } });
    const epoch = await epochOf(app);
    const begun = Date.now();
    const { status, body } = await post(app, 'warm', { release: 1, by: 'ann' });
    expect(status).toBe(200);
    expect(body.message).toMatch(/^r1 is started again, and stands by until \d{4}-/);
    const workload = await world.cluster.getWorkload(app, 1);
    expect(workload).toMatchObject({ replicas: 3, outcome: 'deployed' });
    expect(workload?.standbySince?.getTime()).toBeGreaterThanOrEqual(begun);
    const { actions } = (await world.ask('GET', '/api/sweep')).body;
    const planned = actions.find(
      (one: { app: App; release: number }) => one.app.namespace === app.namespace && one.release === 1,
    );
    expect(planned).toMatchObject({
      action: 'keep',
      reason: expect.stringMatching(/^kept: standby until/),
      pods: 3,
    });
    expect((await world.cluster.getService(app))?.live).toBe(2);
    expect(await epochOf(app)).toBe(epoch);
    expect(types()).toEqual([]);
  });

  test.each<[string, number, number, RegExp]>([
    ['one that is live', 2, 409, /is live/],
    ['one that has its pods', 1, 409, /has its pods/],
    ['one that never was live', 3, 409, /never was live/],
    ['one that is not there', 9, 404, /There is no r9/],
  ])('is not %s: that is refused, and nothing is written', async (_title, release, status, words) => {
    const failed = { outcome: 'failed', replicas: 0 } as const;
    const app = await givenApp(world, { releases: [standby, live, failed], live: 2 });
    const before = await world.cluster.listWorkloads(app);
    const answer = await post(app, 'warm', { release });
    expect(answer).toMatchObject({ status, body: { detail: expect.stringMatching(words) } });
    expect(await world.cluster.listWorkloads(app)).toEqual(before);
  });
});

describe('a Hold', () => {
  test('stops switches that were decided before it', async () => {
    const app = await givenApp(world, { releases: [live], live: 1 });
    const before = await world.cluster.getService(app);
    const { status, body } = await post(app, 'hold', { by: 'ann', why: 'sale' });
    expect(status).toBe(200);
    expect(body.hold).toMatchObject({ by: 'ann', why: 'sale' });
    expect(await holdOf(app)).toEqual(body.hold);
    if (!before) throw new Error('there is no Service');
    await expect(world.cluster.switchService(before, 1, new Date())).rejects.toThrow('switched meanwhile');
  });

  test('keeps the release that a rollback asked for', async () => {
    const app = await givenApp(world, { releases: [standby, live], live: 2 });
    await post(app, 'activate', { release: 1 });
    await post(app, 'hold', { by: 'ann' });
    expect(await holdOf(app)).toMatchObject({ by: 'ann', release: 1 });
  });

  test('that is lifted says which Change is released', async () => {
    const app = await givenApp(world, { releases: [live], live: 1, spec: {} });
    await post(app, 'hold', { by: 'ann' });
    await givenChange(world, app, { state: 'held', title: 'Add a bell', commit: 'b'.repeat(40) });
    const { status, body } = await post(app, 'lift', { by: 'ann' });
    expect(status).toBe(202);
    expect(body.message).toBe('bbbbbbb "Add a bell" is released now.');
    expect(await holdOf(app)).toBeUndefined();
    expect(types()).toEqual(['dev.cite.hold.lifted']);
  });

  test('that is lifted with nothing waiting says so, and may be lifted again', async () => {
    const app = await givenApp(world, { releases: [live], live: 1 });
    await post(app, 'hold');
    const epoch = await epochOf(app);
    for (const _ of [1, 2]) {
      const { status, body } = await post(app, 'lift');
      expect({ status, message: body.message }).toEqual({
        status: 202,
        message: 'Nothing is waiting: r1 stays live until the next push.',
      });
    }
    expect(await epochOf(app)).toBe(epoch + 2);
  });

  test('that is lifted withdraws the rollback that has not happened', async () => {
    const app = await givenApp(world, { releases: [{ ...standby, replicas: 0 }, live], live: 2 });
    const { body } = await post(app, 'activate', { release: 1 });
    await post(app, 'lift', { by: 'ann' });
    expect((await world.store.getChange(body.id))?.verdict).toEqual({ outcome: 'cancelled', by: 'ann' });
  });
});

describe('a wish with preconditions', () => {
  test.each(['hold', 'lift', 'activate', 'redeploy'])(
    'is refused where they are not met: %s',
    async (verb) => {
      const app = await givenApp(world, { releases: [standby, live], live: 2 });
      await post(app, 'hold', { by: 'bob', why: 'do not lift' });
      const before = await world.cluster.getApp(app);
      const body = verb === 'activate' ? { release: 1 } : {};
      for (const preconditions of [{ hold: null }, { hold: '2026-01-31T12:00:00Z' }, { uid: 'another' }])
        expect((await post(app, verb, { ...body, preconditions })).status).toBe(409);
      expect(await world.cluster.getApp(app)).toEqual(before);
      const preconditions = { uid: app.uid, hold: before?.spec.hold?.at };
      expect((await post(app, verb, { ...body, preconditions })).status).toBeLessThan(300);
    },
  );

  test('to delete an App is refused by the uid of another one', async () => {
    const app = await givenApp(world);
    const remove = (uid: string) => world.ask('DELETE', `/api/apps/${app.namespace}/shop?uid=${uid}`);
    expect((await remove('another')).status).toBe(409);
    expect(await world.cluster.getApp(app)).toEqual(app);
    expect((await remove(app.uid)).status).toBe(202);
  });
});

describe('other wishes', () => {
  test('a redeploy is written into the spec, each time another one', async () => {
    const app = await givenApp(world, { releases: [live], live: 1 });
    const first = await post(app, 'redeploy', { by: 'ann' });
    expect(first.status).toBe(202);
    expect((await world.cluster.getApp(app))?.spec.redeploy).toEqual({ id: first.body.id, by: 'ann' });
    const second = await post(app, 'redeploy', { by: 'bob' });
    expect(second.body.id).not.toBe(first.body.id);
    const again = await post(app, 'redeploy', { by: 'ann', id: second.body.id });
    expect(again.body.id).toBe(second.body.id);
    expect((await world.cluster.getApp(app))?.spec.redeploy).toEqual({ id: second.body.id, by: 'bob' });
  });

  test('a pin keeps who asked, unpin takes it away', async () => {
    const app = await givenApp(world, { releases: [standby], live: 1 });
    expect((await post(app, 'pin', { release: 1, by: 'ann' })).status).toBe(200);
    expect((await world.cluster.getWorkload(app, 1))?.pinnedBy).toBe('ann');
    expect((await post(app, 'unpin', { release: 1, by: 'ann' })).status).toBe(200);
    expect((await world.cluster.getWorkload(app, 1))?.pinnedBy).toBeUndefined();
    expect((await post(app, 'pin', { release: 9 })).status).toBe(404);
  });

  test('an App that is being deleted takes none', async () => {
    const app = await givenApp(world, { releases: [standby, live], live: 2 });
    await world.cluster.updateApp(app, { finalizers: ['cite.dev/cleanup'] });
    expect((await world.ask('DELETE', `/api/apps/${app.namespace}/shop`)).status).toBe(202);
    for (const [verb, body] of [
      ['activate', { release: 1 }],
      ['redeploy'],
      ['hold'],
      ['lift'],
      ['pin', { release: 1 }],
    ] as const) {
      expect((await post(app, verb, body)).status, verb).toBe(409);
    }
    expect((await world.ask('GET', `/api/apps/${app.namespace}/shop`)).body.deleting).toBe(true);
  });

  test('the releases are listed with their state, Change and title', async () => {
    const app = await givenApp(world, {
      releases: [{ ...standby, replicas: 0 }, standby, live, {}, { outcome: 'failed', replicas: 0 }],
      live: 3,
    });
    await post(app, 'pin', { release: 2, by: 'ann' });
    const { body } = await world.ask('GET', at(app, 'releases'));
    const states = body.releases.map(
      ({ name, state, note }: { name: string; state: string; note: string }) => [name, state, note],
    );
    expect(states).toEqual([
      ['r5', 'failed', 'failed'],
      ['r4', 'starting', 'starting, 0 of 1 pods ready'],
      ['r3', 'live', 'live, 0 of 1 pods ready'],
      ['r2', 'standby', 'standby pinned by ann, 0 of 1 pods ready, not checked yet'],
      ['r1', 'retired', 'retired, 0 pods; activating it starts it'],
    ]);
    expect(body.releases[2]).toMatchObject({ commit: commitOf(3), kind: 'push', title: 'Commit of r3' });
    const shown = (await world.ask('GET', `/api/apps/${app.namespace}/shop`)).body;
    expect(shown).toMatchObject({ live: { name: 'r3' }, standby: [{ name: 'r2' }], next: [{ name: 'r4' }] });
    expect(shown.lastChange.title).toBe('Commit of r5');
  });

  test('each release says in what it is configured otherwise than the one before, and no value of its environment', async () => {
    const app = await givenApp(world, {
      releases: [
        { ...standby, pod: { env: { LOG_LEVEL: 'debug' } } },
        { ...standby, pod: { env: { LOG_LEVEL: 'debug' } } },
        { ...live, pod: { port: 9090, env: { TOKEN: 'hidden' } } },
      ],
      live: 3,
    });
    const { body, text } = await world.ask('GET', at(app, 'releases'));
    expect(body.releases.map(({ differs }: { differs: unknown }) => differs)).toEqual([
      { from: 'r2', in: ['env LOG_LEVEL removed', 'env TOKEN added', 'port 8080 → 9090'] },
      { from: 'r1', in: [] },
      undefined,
    ]);
    expect(text).not.toMatch(/hidden|debug/);
  });
});
