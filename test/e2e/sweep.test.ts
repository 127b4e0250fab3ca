import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from './app.ts';
import { answering, crashing } from './files.ts';
import type { Repository } from './repository.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

interface Action {
  readonly app: { readonly namespace: string; readonly name: string };
  readonly release: number;
  readonly action: string;
  readonly reason: string;
}

/** What a sweep would do with the App: r<number>: action, reason; newest first. */
async function plan(app: App): Promise<readonly string[]> {
  const { body } = await world.api('GET', '/api/sweep');
  return (body.actions as Action[])
    .filter((one) => one.app.name === app.name)
    .map(({ release, action, reason }) => `r${release}: ${action}, ${reason}`);
}

const sweep = () => world.api('POST', '/api/sweep', { by: 'ann' });

async function releases(count: number, settings: object): Promise<{ repository: Repository; app: App }> {
  const { repository, app } = await world.anApp(answering('v1'), settings);
  await app.untilLive('v1');
  for (let i = 2; i <= count; i++) {
    await repository.push(answering(`v${i}`));
    await app.untilLive(`v${i}`);
  }
  await app.untilSettled();
  return { repository, app };
}

const states = async (app: App) => (await app.releases()).map(({ name, state }) => `${name} ${state}`);

// One after the other: a sweep is of all Apps.
describe('the sweep', SCENES, () => {
  test('keeps what is live and what stands by, and says until when', async () => {
    const { app } = await releases(2, {});
    const [live, standby] = await plan(app);
    expect(live).toBe('r2: keep, kept: live');
    expect(standby).toMatch(/^r1: keep, kept: standby until (\d{4}-\d\d-\d\d )?\d\d:\d\d$/);
    await sweep();
    const { out } = await world.cite('sweep', '--dry-run');
    expect(out).toMatch(new RegExp(`${app.address} r2 +keep +kept: live`));
    expect(await states(app)).toEqual(['r2 live', 'r1 standby']);
  });

  test('scales down what is past its retention, deletes it beyond the last ones, and keeps what is pinned', async () => {
    const { repository, app } = await releases(3, { retention: { standbySeconds: 0, releases: 1 } });
    expect(await world.cite('pin', app.address, 'r1')).toMatchObject({ code: 0 });
    const broken = await repository.push(crashing('never live'));
    expect(await app.verdict(broken)).toMatch(/^failed/);
    expect(await plan(app)).toEqual([
      'r4: scale down, failed: it never was live',
      'r3: keep, kept: live',
      expect.stringMatching(/^r2: scale down, standby ended /),
      expect.stringMatching(/^r1: keep, kept: pinned by \S+@\S+$/),
    ]);
    // The dry run did nothing.
    expect((await app.releases()).map(({ pods }) => pods.wanted)).toEqual([1, 1, 1, 1]);
    await sweep();
    await until(
      'r4 and r2 are scaled to 0',
      () => app.releases(),
      (all) => all.map(({ pods }) => pods.wanted).join() === '0,1,0,1',
    );
    expect(await plan(app)).toEqual([
      'r4: keep, kept: one of the last 1 releases, at 0 pods',
      'r3: keep, kept: live',
      'r2: delete, beyond the last 1 releases',
      expect.stringContaining('kept: pinned by'),
    ]);
    await sweep();
    await until(
      'r2 is gone',
      () => app.releases(),
      (all) => all.map(({ number }) => number).join() === '4,3,1',
    );
    expect(await app.visit()).toBe('v3');
    const gone = await app.wish('activate', { release: 2 });
    expect(gone).toMatchObject({ status: 404, body: { detail: expect.stringContaining('is gone') } });

    expect(await world.cite('unpin', app.address, 'r1')).toMatchObject({ code: 0 });
    await sweep();
    await until(
      'r1 is retired',
      () => states(app),
      (all) => all.includes('r1 retired'),
    );
    // Taken back: it stands by again, and is as near as it was.
    expect(await world.cite('warm', app.address, 'r1')).toMatchObject({ code: 0 });
    await until(
      'r1 has its pods again',
      () => app.releases(),
      (all) => all.some(({ name, state, pods }) => name === 'r1' && state === 'standby' && pods.ready === 1),
    );
    expect(await app.visit()).toBe('v3');
  });

  test('keeps what a person has asked for while it starts', async () => {
    const { app } = await releases(2, { retention: { standbySeconds: 0 } });
    await sweep();
    await until(
      'r1 is retired',
      () => states(app),
      (all) => all.includes('r1 retired'),
    );
    await app.wish('activate', { release: 1, why: 'a flaw' });
    expect((await plan(app))[1]).toMatch(/^r1: keep, kept: (asked for by ann|live)$/);
    await sweep();
    await app.untilLive('v1');
  });
});
