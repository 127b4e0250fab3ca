import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from './app.ts';
import { answering, answeringAt } from './files.ts';
import type { Repository } from './repository.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** r1 stands by, r2 is live. */
async function twoReleases(settings: object = {}): Promise<{ repository: Repository; app: App }> {
  const { repository, app } = await world.anApp(answering('v1'), settings);
  await app.untilLive('v1');
  await repository.push(answering('v2'));
  await app.untilLive('v2');
  await app.untilSettled();
  return { repository, app };
}

const holdOf = async (app: App) => (await app.show()).body.hold;

describe.concurrent('a rollback', SCENES, () => {
  test('has the earlier release live, and holds it until the Hold is lifted', async () => {
    const { repository, app } = await twoReleases();
    const { code, out } = await world.cite('activate', app.address, 'r1', '--why', 'v2 has a flaw');
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('The App is held') });
    await app.untilLive('v1');
    expect(await holdOf(app)).toMatchObject({
      release: 1,
      why: 'v2 has a flaw',
      by: expect.stringMatching(/@/),
    });
    const [change] = await app.untilSettled();
    expect(change).toMatchObject({ kind: 'rollback', verdict: { text: 'deployed as r1' } });

    const third = await repository.push(answering('v3'));
    const waiting = await app.until(third, 'held');
    expect(waiting.reason).toContain('v2 has a flaw');
    const fourth = await repository.push(answering('v4'));
    await app.until(fourth, 'held');
    expect(await app.visit()).toBe('v1');
    expect((await app.releases()).map(({ number }) => number)).toEqual([2, 1]);

    const lifted = await world.cite('lift', app.address);
    expect(lifted.out).toContain(fourth.slice(0, 7));
    await app.untilLive('v4');
    expect(await app.verdict(fourth)).toBe('deployed as r3');
    expect(await app.verdict(third)).toMatch(/^superseded by /);
    expect(await holdOf(app)).toBeUndefined();
  });

  test('of a rollback goes forward again', async () => {
    const { app } = await twoReleases();
    await app.wish('activate', { release: 1 });
    await app.untilLive('v1');
    await app.wish('activate', { release: 2, why: 'it was not v2' });
    await app.untilLive('v2');
    expect(await holdOf(app)).toMatchObject({ release: 2, by: 'ann' });
    const changes = await app.untilSettled();
    expect(changes.filter(({ kind }) => kind === 'rollback').map(({ verdict }) => verdict?.text)).toEqual([
      'deployed as r2',
      'deployed as r1',
    ]);
  });

  test('while a newer release starts wins, and that one waits', async () => {
    const { repository, app } = await twoReleases({ minReadySeconds: 2 });
    const third = await repository.push(answering('v3'));
    await until(
      'r3 starts',
      () => app.releases(),
      ([newest]) => newest?.number === 3,
    );
    await app.wish('activate', { release: 1 });
    await app.untilLive('v1');
    await app.until(third, 'held');
    expect(await app.visit()).toBe('v1');
    await app.wish('lift');
    await app.untilLive('v3');
  });

  test('to a release of another readiness asks it as it was asked then', async () => {
    const { repository, app } = await world.anApp(answeringAt('/', 'v1'));
    await app.untilLive('v1');
    await app.wish('hold', { why: 'both at once' });
    await app.set({ readiness: { http: { path: '/health' } } });
    const second = await repository.push(answering('v2'));
    await app.until(second, 'held');
    await app.wish('lift');
    await app.untilLive('v2');
    await app.untilSettled();
    await app.wish('activate', { release: 1 });
    await app.untilLive('v1');
    const [change] = await app.untilSettled();
    expect(change).toMatchObject({ kind: 'rollback', verdict: { text: 'deployed as r1' } });
    expect(await app.visit()).toBe('v1');
  });

  test('to a release that was scaled to 0 starts it first', async () => {
    const { app } = await twoReleases({ retention: { standbySeconds: 0 } });
    await world.api('POST', '/api/sweep', { by: 'ann' });
    await until(
      'r1 is retired',
      () => app.releases(),
      ([, first]) => first?.state === 'retired',
    );
    const answer = await app.wish('activate', { release: 1 });
    expect(answer.body).toMatchObject({
      state: 'starting',
      reason: expect.stringContaining('it is started first'),
    });
    expect(await app.visit()).toBe('v2');
    await app.untilLive('v1');
    const [change] = await app.untilSettled();
    expect(change?.verdict?.text).toBe('deployed as r1');
  });

  test('to a release that is live already, or not there, is refused', async () => {
    const { app } = await twoReleases();
    const live = await app.wish('activate', { release: 2 });
    expect(live).toMatchObject({ status: 409 });
    expect(live.body.detail).toContain('is live already');
    expect(await app.wish('activate', { release: 9 })).toMatchObject({ status: 404 });
    expect(await holdOf(app)).toBeUndefined();
    // A Hold that nothing waits for is lifted without consequence.
    await app.wish('hold', { why: '' });
    expect((await app.wish('lift')).body.message).toBe(
      'Nothing is waiting: r2 stays live until the next push.',
    );
    expect(await app.visit()).toBe('v2');
  });
});

describe.concurrent('a Hold', SCENES, () => {
  test('lets pushes be built and wait; lifted, the newest goes live and those before it are superseded', async () => {
    const { repository, app } = await twoReleases();
    expect(await world.cite('hold', app.name, '--why', 'the fair')).toMatchObject({ code: 0 });
    const older = await repository.push(answering('v3'));
    const held = await app.until(older, 'held');
    expect(held).toMatchObject({ reason: expect.stringContaining('the fair'), build: expect.any(String) });
    expect((await world.cite('logs', app.name, '--build')).out).toContain('image: ');
    const newest = await repository.push(answering('v4'));
    await app.until(newest, 'held');
    expect(await app.visit()).toBe('v2');
    await app.wish('lift');
    await app.untilLive('v4');
    expect(await app.verdict(newest)).toBe('deployed as r3');
    expect(await app.verdict(older)).toMatch(/^superseded by /);
  });

  test('that came while a release starts keeps it from being switched to', async () => {
    const { repository, app } = await twoReleases({ minReadySeconds: 2 });
    const commit = await repository.push(answering('v3'));
    await until(
      'r3 starts',
      () => app.releases(),
      ([newest]) => newest?.number === 3,
    );
    await app.wish('hold', { why: 'wait' });
    await until(
      'r3 is ready',
      () => app.releases(),
      ([newest]) => newest?.pods.ready === 1,
    );
    await app.until(commit, 'held');
    expect(await app.visit()).toBe('v2');
    await app.wish('lift');
    await app.untilLive('v3');
    expect(await app.verdict(commit)).toBe('deployed as r3');
  });
});
