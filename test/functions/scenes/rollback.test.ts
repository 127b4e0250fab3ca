import { describe, expect } from 'vitest';
import { advanceChange } from '../../../shared/domain/change.ts';
import { ownEvent } from '../../../shared/domain/events.ts';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP, type World } from './world.ts';

const [A, B] = [sha('a'), sha('b')];

/** r2 is live, r1 was before it. */
async function twoReleases(w: World): Promise<void> {
  await w.app();
  await w.deploy(A);
  await w.deploy(B, A);
}

async function retired(w: World): Promise<void> {
  await twoReleases(w);
  w.advance(3601);
  w.sweep();
  await w.settle();
  expect(await w.workload(1)).toMatchObject({ replicas: 0 });
}

/** Later than any release may take, with nobody waking anybody but resync. */
async function tooLate(w: World): Promise<void> {
  w.advance(301);
  w.resync();
  await w.deliver();
}

const holdOf = async (w: World) => (await w.theApp()).spec.hold;

describe('a rollback that never becomes ready', () => {
  scene(
    'is given up, keeps the Hold without its release, and works when it is asked for again',
    async (w) => {
      await retired(w);
      const first = await w.activate(1);
      await w.deliver();
      await tooLate(w);
      expect((await w.store.getChange(first.id))?.verdict?.outcome).toBe('failed');
      expect(await holdOf(w)).toMatchObject({ by: 'Ada' });
      expect((await holdOf(w))?.release).toBeUndefined();
      expect(await w.live()).toBe(2);
      const second = await w.activate(1);
      await w.settle();
      expect((await w.store.getChange(second.id))?.verdict).toEqual({ outcome: 'deployed', release: 1 });
      expect(await w.live()).toBe(1);
    },
  );

  scene('ends also where the store has lost its Change', async (w) => {
    await retired(w);
    await w.activate(1);
    await w.deliver();
    w.wipe();
    await tooLate(w);
    expect(await holdOf(w)).toMatchObject({ by: 'Ada' });
    expect((await holdOf(w))?.release).toBeUndefined();
    expect(await w.live()).toBe(2);
  });

  scene('has failed though it was given up before its Change was opened', async (w) => {
    await retired(w);
    w.interventions.before('store.openChange', async () => {
      w.resync();
      await w.deliver();
      await tooLate(w);
    });
    const rollback = await w.activate(1);
    await w.deliver();
    expect((await w.store.getChange(rollback.id))?.reason).toBe(
      'failed: r1 did not get ready, and was given up',
    );
    expect(await holdOf(w)).toMatchObject({ by: 'Ada', givenUp: 1 });
    expect(await w.live()).toBe(2);
  });
});

scene(
  'a rollback that is asked for while an App is looked at is not judged by the App of before',
  async (w) => {
    await twoReleases(w);
    let rollback: string | undefined;
    w.interventions.before('store.listChanges', async () => {
      rollback = (await w.activate(1)).id;
    });
    w.publish(ownEvent('dev.cite.workload.found', SHOP));
    await w.settle();
    expect((await w.store.getChange(rollback ?? ''))?.reason).toBe('deployed as r1');
    expect(await w.live()).toBe(1);
  },
);

scene('a rollback to a release at 0 pods goes live though the store has lost its Change', async (w) => {
  await retired(w);
  await w.activate(1);
  w.wipe();
  await w.settle();
  expect(await w.live()).toBe(1);
});

scene('a rollback whose proof fails is not undone by automation', async (w) => {
  await twoReleases(w);
  w.probe.fault = 'GET / answered 503';
  const rollback = await w.activate(1);
  await w.settle();
  expect((await w.store.getChange(rollback.id))?.verdict?.outcome).toBe('failed');
  expect(await w.live()).toBe(1);
  w.probe.fault = undefined;
  w.advance(600);
  w.resync();
  await w.settle();
  expect(await w.live()).toBe(1);
  expect(await holdOf(w)).toMatchObject({ release: 1 });
});

scene('a rollback to a release that never was live is not undone either when its proof fails', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
  await w.deliver();
  await w.buildEnds(B);
  await w.deliver();
  await w.deploy(sha('c'), B);
  expect(await w.live()).toBe(3);
  expect(await w.workload(2)).toMatchObject({ outcome: 'superseded' });
  w.probe.fault = 'GET / answered 503';
  await w.activate(2);
  await w.settle();
  w.advance(600);
  w.resync();
  await w.settle();
  expect(await w.live()).toBe(2);
  expect(await holdOf(w)).toMatchObject({ release: 2 });
});

scene('a push under the Hold of a rollback is built, and goes live when it is lifted', async (w) => {
  await twoReleases(w);
  await w.activate(1);
  await w.settle();
  const C = sha('c');
  await w.deploy(C, B);
  expect(await w.story(C)).toBe('held');
  expect(await w.live()).toBe(1);
  await w.lift();
  await w.settle();
  expect(await w.story(C)).toBe('deployed as r3');
  expect(await w.live()).toBe(3);
});

scene('a Hold is lifted while its rollback is written to: nobody is told to ask again', async (w) => {
  await twoReleases(w);
  await w.activate(1);
  w.interventions.before('store.saveChange', async () => {
    const [rollback] = await w.store.listChanges({ open: true });
    if (!rollback) throw new Error('there is no rollback');
    const next = { state: 'switching', reason: 'its pods are looked at' } as const;
    await w.store.saveChange(advanceChange(rollback, next, new Date()));
  });
  await w.lift();
  await w.settle();
  expect(await w.live()).toBe(2);
  expect(await w.story(A)).toBe('cancelled by Ada');
});

scene(
  'an App is deleted while somebody asks for a release, and another one takes its name: he is told so',
  async (w) => {
    await twoReleases(w);
    w.interventions.before('cluster.raiseEpoch', async () => {
      await w.cluster.deleteApp(SHOP);
      await w.settle();
      await w.app();
    });
    await expect(w.activate(1)).rejects.toThrow('acme/shop was deleted');
    expect((await w.cluster.getApp(SHOP))?.spec.hold).toBeUndefined();
  },
);

describe('a Service that was deleted and made anew', () => {
  async function lostAndFound(w: World): Promise<void> {
    await w.cluster.deleteService(SHOP);
    await w.deliver();
    w.advance(600);
    w.resync();
    await w.settle();
    w.advance(600);
    w.resync();
    await w.settle();
  }

  scene('selects again what was live', async (w) => {
    await twoReleases(w);
    await lostAndFound(w);
    expect(await w.live()).toBe(2);
  });

  scene('selects again the older release that a person had gone back to', async (w) => {
    await twoReleases(w);
    await w.activate(1);
    await w.settle();
    await w.lift();
    await w.settle();
    await lostAndFound(w);
    expect(await w.live()).toBe(1);
  });
});
