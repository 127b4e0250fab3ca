import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CiteEvent, ownEvent } from '../../../shared/domain/events.ts';
import type { Pod } from '../../../shared/domain/workload.ts';
import { aPod, sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { openWorld, SHOP, type Snapshot, type World } from './world.ts';

const [A, B, C] = [sha('a'), sha('b'), sha('c')];
const LOOK = ownEvent('dev.cite.workload.found', SHOP);
const SWEEP = ownEvent('dev.cite.sweep.requested', { by: 'Ada' });

const worlds: World[] = [];
afterAll(() => Promise.all(worlds.map((world) => world.close())));

async function begin(reach: (w: World) => Promise<void>): Promise<Snapshot> {
  const world = openWorld();
  worlds.push(world);
  await reach(world);
  return world.snapshot();
}

/** r1 and r2 have been live, r3 is ready to be: nobody has looked since. */
async function thirdIsReady(w: World): Promise<void> {
  await w.app();
  await w.deploy(A);
  await w.deploy(B, A);
  await w.push(C, { on: B });
  await w.deliver();
  await w.buildEnds(C);
  await w.deliver();
  w.pods.ready(SHOP, 3);
}

/**
 * Plays it anew for every call that the function makes for this event, with `act` just before that call; and once with
 * none. So an order of reads and writes that is wrong anywhere has its moment.
 */
async function atEveryCall(
  before: Snapshot,
  event: CiteEvent,
  act: (w: World) => Promise<unknown>,
  check: (w: World, where: string) => Promise<void>,
): Promise<void> {
  for (let n = 1, reached = true; reached; n++) {
    const world = openWorld(before);
    let count = 0;
    let where: string | undefined;
    world.interventions.around = async (call, run) => {
      count++;
      if (where === undefined && count === n) {
        where = `before call ${n}, ${call}`;
        await act(world);
      }
      return run();
    };
    world.publish(event);
    await world.deliverOne();
    reached = where !== undefined;
    await world.settle();
    expect(world.violations, where).toEqual([]);
    if (where !== undefined) await check(world, where);
    await world.close();
  }
}

describe('at whichever moment of a look at the App', () => {
  let before: Snapshot;
  beforeAll(async () => {
    before = await begin(thirdIsReady);
  });

  test('somebody holds it, nothing is switched from then on', async () => {
    let live: number | undefined;
    await atEveryCall(
      before,
      LOOK,
      async (w) => {
        await w.hold();
        live = await w.live();
      },
      async (w, where) => {
        expect(await w.live(), where).toBe(live);
        await w.lift();
        await w.settle();
        expect(await w.live(), where).toBe(3);
      },
    );
  });

  test('somebody rolls back, that is what is live in the end', () =>
    atEveryCall(
      before,
      LOOK,
      (w) => w.activate(1),
      async (w, where) => {
        expect(await w.live(), where).toBe(1);
        expect((await w.theApp()).spec.hold, where).toMatchObject({ release: 1 });
      },
    ));

  test('somebody cancels the Change, it is live and deployed, or cancelled and not live', () =>
    atEveryCall(
      before,
      LOOK,
      async (w) => w.cancel(await w.changeOf(C)).catch(() => undefined),
      async (w, where) => {
        const story = await w.story(C);
        expect([`${await w.live()}: ${story}`], where).toEqual(
          story === 'cancelled by Ada' ? ['2: cancelled by Ada'] : ['3: deployed as r3'],
        );
      },
    ));

  test('somebody changes the configuration, its release was live and deployed, or neither', () =>
    atEveryCall(
      before,
      LOOK,
      async (w) => {
        await w.edit({ env: { TILL: '2' } });
        await w.deliver();
      },
      async (w, where) => {
        const previous = (await w.cluster.getService(SHOP))?.previous;
        const [first] = (await w.changes()).filter(({ kind, commit }) => kind === 'push' && commit === C);
        expect(`${previous}: ${first?.reason}`, where).toMatch(/^(3: deployed as r3|2: superseded by r4.*)$/);
        expect(await w.live(), where).toBe(4);
      },
    ));

  test('another one looks too, it is switched once', () =>
    atEveryCall(
      before,
      LOOK,
      async (w) => {
        w.publish(LOOK);
        await w.deliver();
      },
      async (w, where) => {
        expect(await w.story(C), where).toBe('deployed as r3');
        expect((await w.cluster.getService(SHOP))?.previous, where).toBe(2);
      },
    ));
});

scene('a release whose pods fail after it was looked at is not switched to', async (w) => {
  await thirdIsReady(w);
  w.interventions.after('cluster.listPods', () => w.pods.unready(SHOP, 3));
  w.publish(LOOK);
  await w.deliver();
  expect(await w.live()).toBe(2);
});

scene(
  'a release that is said to have failed is not switched to by one who saw its pods come back',
  async (w) => {
    await thirdIsReady(w);
    const [stopped, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let pods: readonly Pod[] = [aPod(3, { reason: 'CrashLoopBackOff', restarts: 3 })];
    let fails: Promise<boolean> | undefined;
    w.interventions.around = async (call, run) => {
      if (call === 'cluster.listPods') return pods;
      if (call === 'cluster.switchService') {
        goOn.resolve();
        await fails;
      }
      return run();
    };
    w.interventions.before('store.saveChange', () => {
      stopped.resolve();
      return goOn.promise;
    });
    w.publish(LOOK);
    fails = w.deliverOne();
    await stopped.promise;
    pods = [];
    w.publish(LOOK);
    await w.deliverOne();
    goOn.resolve();
    await fails;
    await w.settle();
    expect(await w.story(C)).toMatch(/^failed: r3/);
    expect(await w.live()).toBe(2);
  },
);

scene('a release that was overtaken loses its pods though another one writes just then', async (w) => {
  await thirdIsReady(w);
  w.pods.unready(SHOP, 3);
  const D = sha('d');
  await w.push(D, { on: C });
  await w.deliver();
  w.interventions.after('cluster.updateWorkload', () => w.hold());
  await w.buildEnds(D);
  await w.settle();
  expect(await w.story(C)).toBe('superseded by r4');
  expect(await w.workload(3)).toMatchObject({ outcome: 'superseded', replicas: 0 });
});

scene('one who stood still before he told how the App is does not tell of the past', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
  await w.deliver();
  w.interventions.before('cluster.setAppStatus', async () => {
    w.pods.ready(SHOP, 2);
    await w.deliver();
    expect((await w.theApp()).status).toMatchObject({ live: 'r2', state: 'live' });
  });
  await w.buildEnds(B);
  await w.deliver();
  expect((await w.theApp()).status).toMatchObject({ live: 'r2', standby: 'r1', commit: B, state: 'live' });
});

test('at whichever moment of a look at the App somebody edits its replicas, what is live has them', async () => {
  const before = await begin(async (w) => {
    await w.app();
    await w.deploy(A);
  });
  await atEveryCall(
    before,
    ownEvent('dev.cite.app.found', SHOP),
    async (w) => {
      await w.edit({ replicas: 3 });
      await w.deliver();
    },
    async (w, where) => {
      expect((await w.theApp()).spec.replicas, where).toBe(3);
      expect(await w.workload(1), where).toMatchObject({ replicas: 3, available: 3 });
    },
  );
});

describe('at whichever moment of the sweep', () => {
  test('a new release goes live, it is kept, with no clock running', async () => {
    const before = await begin(thirdIsReady);
    await atEveryCall(
      before,
      SWEEP,
      async (w) => {
        w.publish(LOOK);
        await w.deliver();
      },
      async (w, where) => {
        w.publish(LOOK);
        await w.settle();
        expect(await w.live(), where).toBe(3);
        const live = await w.workload(3);
        expect(live, where).toMatchObject({ replicas: 1, available: 1 });
        expect(live?.standbySince, where).toBeUndefined();
        expect(await w.workload(2), where).toMatchObject({ replicas: 1 });
      },
    );
  });

  test('somebody goes back to a release whose time is over, it is live and has its pods', async () => {
    const before = await begin(async (w) => {
      await w.app();
      await w.deploy(A);
      await w.deploy(B, A);
      w.advance(3601);
    });
    await atEveryCall(
      before,
      SWEEP,
      async (w) => {
        await w.activate(1);
        await w.deliver();
      },
      async (w, where) => {
        expect(await w.live(), where).toBe(1);
        expect(await w.workload(1), where).toMatchObject({ replicas: 1, available: 1 });
      },
    );
  });
});
