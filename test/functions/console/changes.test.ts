import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildSettings } from '../../../shared/domain/app-spec.ts';
import { aNotice } from '../../contract/store/fixtures.ts';
import { type ConsoleWorld, commitOf, givenApp, givenChange, openConsole } from './world.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
});
afterAll(() => world.close());
beforeEach(() => void world.emitted.splice(0));

const path = (id: string, verb = '') => `/api/changes/${encodeURIComponent(id)}${verb && `/${verb}`}`;
const types = () => world.emitted.map(({ type }) => type);

async function givenBuild(key: string): Promise<void> {
  await world.store.saveBuild({
    key,
    repository: 'acme/shop',
    commit: 'a'.repeat(40),
    state: 'running',
    startedAt: new Date().toISOString(),
    revision: 0,
  });
  await world.cluster.startBuildJob({
    key,
    repository: 'acme/shop',
    commit: 'a'.repeat(40),
    cloneUrl: 'file:///nowhere',
    settings: buildSettings.parse({}),
    timeoutSeconds: 60,
  });
}

describe('Changes', () => {
  test('are listed newest first, of one App, of a commit, and those under way', async () => {
    const app = await givenApp(world, { releases: [{ outcome: 'deployed' }] });
    const other = await givenApp(world);
    const open = await givenChange(world, app, { commit: 'd'.repeat(40) });
    await givenChange(world, other, { commit: 'd'.repeat(40) });
    const idsOf = async (query: string) =>
      (await world.ask('GET', `/api/changes?${query}`)).body.changes.map(({ id }: { id: string }) => id);
    const ofApp = `app=${app.namespace}/shop`;
    expect(await idsOf(ofApp)).toEqual([open.id, `${app.uid}/push-1`]);
    expect(await idsOf(`${ofApp}&open=true`)).toEqual([open.id]);
    expect(await idsOf(`${ofApp}&open=false`)).toEqual([`${app.uid}/push-1`]);
    expect(await idsOf(`${ofApp}&limit=1`)).toEqual([open.id]);
    expect(await idsOf('commit=DDDDDDD')).toHaveLength(2);
  });

  test('are found by branch, person, outcome and time', async () => {
    const app = await givenApp(world, { spec: { branch: 'ledger' } });
    const pushed = await givenChange(world, app, { author: 'Ada', by: 'ada' });
    const verdict = { outcome: 'cancelled', by: 'Bob' } as const;
    const ended = await givenChange(world, app, { author: 'Ada', verdict, state: 'ended' });
    const idsOf = async (query: Record<string, string>) => {
      const asked = new URLSearchParams({ branch: 'ledger', ...query });
      const { body } = await world.ask('GET', `/api/changes?${asked}`);
      return body.changes.map(({ id }: { id: string }) => id);
    };
    expect(await idsOf({})).toEqual([ended.id, pushed.id]);
    expect(await idsOf({ person: 'ADA' })).toEqual([ended.id, pushed.id]);
    expect(await idsOf({ person: 'bob' })).toEqual([ended.id]);
    expect(await idsOf({ outcome: 'cancelled' })).toEqual([ended.id]);
    expect(await idsOf({ since: ended.openedAt })).toEqual([ended.id]);
    expect(await idsOf({ until: ended.openedAt })).toEqual([pushed.id]);
  });

  test('come in pages, each of which says where the next begins', async () => {
    const app = await givenApp(world, { spec: { branch: 'pages' } });
    const all = [];
    for (let i = 0; i < 5; i++) all.push((await givenChange(world, app, {})).id);
    const first = await world.ask('GET', '/api/changes?branch=pages&limit=3');
    const second = await world.ask('GET', `/api/changes?branch=pages&limit=3&cursor=${first.body.next}`);
    const seen = [...first.body.changes, ...second.body.changes].map(({ id }: { id: string }) => id);
    expect(seen).toEqual(all.toReversed());
    expect(second.body.next).toBeUndefined();
  });

  test.each([
    ['cursor', 'cursor=bm9uZQ'],
    ['since', 'since=yesterday'],
    ['outcome', 'outcome=lost'],
    ['branch', 'branch=a..b'],
  ])('with a %s that is none are refused by its name', async (field, query) => {
    const { status, body } = await world.ask('GET', `/api/changes?${query}`);
    expect({ status, field: body.errors?.[0]?.field }).toEqual({ status: 422, field });
  });

  test('name the Change that they do again, and are named by it', async () => {
    const app = await givenApp(world);
    const verdict = { outcome: 'failed', why: 'r1: not ready' } as const;
    const old = await givenChange(world, app, { state: 'ended', verdict });
    const again = await givenChange(world, app, { by: 'ann', redoes: old.id });
    expect((await world.ask('GET', path(again.id))).body).toMatchObject({
      by: 'ann',
      redoes: old.id,
      redoneBy: [],
    });
    expect((await world.ask('GET', path(old.id))).body).toMatchObject({ redoneBy: [again.id] });
  });

  test('say who was told of them, who is still to be, and why not yet', async () => {
    const change = await givenChange(world, await givenApp(world), {});
    const dueAt = new Date(Date.now() + 300_000).toISOString();
    const notice = (id: string, secret: string) =>
      aNotice(`${id} ${change.id}`, { change, destination: { kind: 'slack', secret } });
    const failing = { ...notice('1', 'chat'), attempts: 4, fault: 'it answered <b>503</b>', dueAt };
    await world.store.saveNotice(failing);
    await world.store.saveNotice({ ...notice('2', 'news'), state: 'told', attempts: 1 });
    const { body } = await world.ask('GET', path(change.id));
    expect(body.told).toEqual([
      {
        kind: 'slack',
        secret: 'chat',
        event: 'deployed',
        state: 'pending',
        attempts: 4,
        fault: failing.fault,
        dueAt,
      },
      { kind: 'slack', secret: 'news', event: 'deployed', state: 'told', attempts: 1 },
    ]);
    const page = await world.ask('GET', path(change.id).replace('/api', ''), undefined, {
      accept: 'text/html',
    });
    expect(page.text).toMatch(
      /<li>slack chat: deployed, pending: it answered &lt;b&gt;503&lt;\/b&gt;; tried again in [45] min \d+ s<\/li>/,
    );
    expect(page.text).toContain('<li>slack news: deployed, told</li>');
  });

  test('are shown by their id, its slash encoded', async () => {
    const change = await givenChange(world, await givenApp(world), {});
    const { status, body } = await world.ask('GET', path(change.id));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: change.id,
      state: 'building',
      timeline: [{ reason: 'its build runs' }],
    });
    expect((await world.ask('GET', path('no/such'))).status).toBe(404);
  });

  test.each(['failed', 'cancelled', 'skipped', 'refused'] as const)(
    'that were %s are tried again',
    async (outcome) => {
      const verdict = { outcome, why: 'it is so', by: 'ann' };
      const change = await givenChange(world, await givenApp(world), { state: 'ended', verdict });
      const { status, body } = await world.ask('POST', path(change.id, 'retry'), { by: 'ann' });
      expect({ status, id: body.id }).toEqual({ status: 202, id: change.id });
      expect(world.emitted).toMatchObject([
        { type: 'dev.cite.retry.requested', data: { change: change.id, by: 'ann' } },
      ]);
    },
  );

  test('that were rollbacks are asked for anew instead: their wish went with the verdict', async () => {
    const verdict = { outcome: 'failed', why: 'r1: not ready' } as const;
    const rollback = { kind: 'rollback', release: 1, state: 'ended', verdict } as const;
    const change = await givenChange(world, await givenApp(world), rollback);
    const { status, body } = await world.ask('POST', path(change.id, 'retry'), { by: 'ann' });
    expect({ status, detail: body.detail }).toEqual({
      status: 409,
      detail: 'A rollback is asked for, not retried. Activate r1 again.',
    });
    expect(world.emitted).toEqual([]);
  });

  test('that are under way or deployed are not', async () => {
    const app = await givenApp(world, { releases: [{ outcome: 'deployed' }] });
    const open = await givenChange(world, app, {});
    for (const id of [open.id, `${app.uid}/push-1`]) {
      expect((await world.ask('POST', path(id, 'retry'), {})).status).toBe(409);
    }
    expect(types()).toEqual([]);
  });
});

describe('cancelling', () => {
  test('ends the Change, its build and its release', async () => {
    const app = await givenApp(world, { releases: [{ outcome: 'deployed' }, {}], live: 1 });
    const key = '1'.repeat(32);
    await givenBuild(key);
    const change = await givenChange(world, app, { build: key, release: 2, state: 'starting' });
    const { status, body } = await world.ask('POST', path(change.id, 'cancel'), { by: 'ann' });
    expect(status).toBe(200);
    expect(body.verdict).toEqual({ outcome: 'cancelled', text: 'cancelled by ann' });
    expect((await world.store.getChange(change.id))?.verdict).toEqual({ outcome: 'cancelled', by: 'ann' });
    expect(await world.cluster.getBuildJob(key)).toBeUndefined();
    expect((await world.store.getBuild(key))?.state).toBe('cancelled');
    expect(await world.cluster.getWorkload(app, 2)).toMatchObject({
      outcome: 'cancelled',
      standbySince: expect.any(Date),
    });
    expect(types()).toEqual(['dev.cite.change.updated', 'dev.cite.change.updated']);
    const again = await world.ask('POST', path(change.id, 'cancel'), { by: 'bob' });
    expect(again).toMatchObject({ status: 200, body: { verdict: { text: 'cancelled by ann' } } });
  });

  test('leaves a build that another Change waits for', async () => {
    const key = '2'.repeat(32);
    await givenBuild(key);
    const change = await givenChange(world, await givenApp(world), { build: key });
    await givenChange(world, await givenApp(world), { build: key });
    expect((await world.ask('POST', path(change.id, 'cancel'), {})).status).toBe(200);
    expect(await world.cluster.getBuildJob(key)).toMatchObject({ phase: 'running' });
    expect((await world.store.getBuild(key))?.state).toBe('running');
  });

  test('a rollback leaves the Hold, which no longer asks for the release', async () => {
    const app = await givenApp(world, {
      releases: [{ outcome: 'deployed', standbySince: new Date() }, { outcome: 'deployed' }],
      live: 2,
    });
    const rollback = await world.ask('POST', `/api/apps/${app.namespace}/shop/activate`, {
      release: 1,
      by: 'ann',
    });
    await world.ask('POST', path(rollback.body.id, 'cancel'), { by: 'ann' });
    const hold = (await world.cluster.getApp(app))?.spec.hold;
    expect(hold?.by).toBe('ann');
    expect(hold?.release).toBeUndefined();
    expect(await world.cluster.getWorkload(app, 1)).toMatchObject({ outcome: 'deployed' });
  });

  test('what is live already or has ended is refused', async () => {
    const app = await givenApp(world, { releases: [{}], live: 1 });
    const proving = await givenChange(world, app, { release: 1, state: 'switching' });
    const answer = await world.ask('POST', path(proving.id, 'cancel'), {});
    expect({ status: answer.status, detail: answer.body.detail }).toMatchObject({
      status: 409,
      detail: expect.stringMatching(/r1 is live already/),
    });
    expect((await world.ask('POST', path(`${app.uid}/push-1`, 'cancel'), {})).status).toBe(409);
    expect((await world.store.getChange(proving.id))?.verdict).toBeUndefined();
  });
});

describe('why', () => {
  test('tells every Change and every delivery of a commit', async () => {
    const commit = 'e'.repeat(40);
    const app = await givenApp(world);
    await givenChange(world, app, {
      commit,
      state: 'ended',
      verdict: { outcome: 'failed', why: 'npm ci failed', detail: 'E404' },
    });
    const delivery = {
      event: 'push',
      repository: 'acme/shop',
      commit,
      body: '{}',
      receivedAt: new Date().toISOString(),
    };
    await world.store.recordDelivery({ id: '1-a', ...delivery });
    await world.store.judgeDelivery('1-a', { skipped: 'no App follows branch x' });
    await world.store.recordDelivery({ id: '1-b', ...delivery });
    const { status, body } = await world.ask('GET', `/api/why/${commit.slice(0, 7).toUpperCase()}`);
    expect(status).toBe(200);
    expect(body.changes).toMatchObject([
      {
        verdict: { outcome: 'failed', text: 'failed: npm ci failed', detail: 'E404' },
        timeline: [{ state: 'ended' }],
      },
    ]);
    expect(body.deliveries.map(({ judgement }: { judgement: string }) => judgement).sort()).toEqual([
      'not judged yet',
      'skipped: no App follows branch x',
    ]);
    expect(JSON.stringify(body)).not.toContain('"body"');
  });

  test('tells what a delivery waits for that nobody could judge', async () => {
    const commit = '7'.repeat(40);
    const receivedAt = new Date().toISOString();
    const delivery = { event: 'push', repository: 'acme/shop', commit, body: '{}', receivedAt };
    for (const id of ['2-a', '2-b', '2-c']) await world.store.recordDelivery({ id, ...delivery });
    await world.store.judgeDelivery('2-b', { skipped: 'no App follows branch x' });
    for (const id of ['2-a', '2-b'])
      await world.store.keepDeadLetter({
        id,
        type: 'com.github.push',
        source: '/x',
        data: { delivery: id },
        destination: 'http://on-push.cite-system.svc.cluster.local',
        code: 503,
        message: 'GitHub does not accept the token.',
        at: receivedAt,
      });
    const { body } = await world.ask('GET', `/api/why/${commit}`);
    expect(body.deliveries.map(({ judgement }: { judgement: string }) => judgement).sort()).toEqual([
      'not judged yet',
      'not judged yet: on-push could not go on: GitHub does not accept the token; it is tried again every 5 minutes',
      'skipped: no App follows branch x',
    ]);
  });

  test('of an unknown commit says what to check', async () => {
    const { status, body } = await world.ask('GET', `/api/why/${'9'.repeat(40)}`);
    expect(status).toBe(404);
    expect(body.detail).toMatch(/pushed.*follows its branch.*webhook/);
  });

  test.each(['abc', 'zzzzzzz', `${'a'.repeat(41)}`, commitOf(1).replace('c', '%0a')])(
    '%j is no commit',
    async (text) => {
      expect((await world.ask('GET', `/api/why/${text}`)).status).toBe(422);
    },
  );
});
