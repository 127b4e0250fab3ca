import { expect } from 'vitest';
import { RetryableError } from '../../../shared/domain/errors.ts';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP, type World } from './world.ts';

const [A, B] = [sha('a'), sha('b')];

/** r1 is live, and B is on its way. */
async function pushUnderWay(w: World): Promise<void> {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
}

scene('a Change that is cancelled before it knows its release never goes live', async (w) => {
  await pushUnderWay(w);
  w.interventions.after('cluster.createWorkload', async () => {
    const change = await w.changeOf(B);
    expect(change.release).toBeUndefined();
    await w.cancel(change);
  });
  await w.settle();
  expect(await w.story(B)).toBe('cancelled by Ada');
  expect(await w.live()).toBe(1);
  expect(await w.workload(2)).toMatchObject({ outcome: 'cancelled', replicas: 0 });
});

scene('a Change whose verdict is the last thing that a dying console wrote never goes live', async (w) => {
  await pushUnderWay(w);
  await w.deliver();
  await w.buildEnds(B);
  await w.deliver();
  // The wish is written first, then the verdict.
  w.interventions.after('store.saveChange', () =>
    w.interventions.after('store.saveChange', () => w.interventions.die()),
  );
  await expect(w.cancel(await w.changeOf(B))).rejects.toThrow('killed');
  await w.settle();
  expect(await w.story(B)).toBe('cancelled by Ada');
  expect(await w.live()).toBe(1);
  expect(await w.workload(2)).toMatchObject({ outcome: 'cancelled', replicas: 0 });
});

scene('a Change that a dying console could only mark ends as cancelled all the same', async (w) => {
  await pushUnderWay(w);
  await w.deliver();
  await w.buildEnds(B);
  await w.deliver();
  w.interventions.before('store.saveChange', () =>
    w.interventions.before('store.saveChange', () => w.interventions.die()),
  );
  await expect(w.cancel(await w.changeOf(B))).rejects.toThrow('killed');
  await w.settle();
  expect(await w.story(B)).toBe('cancelled by Ada');
  expect(await w.live()).toBe(1);
});

scene('a Change that goes live just as it is cancelled is not cancelled', async (w) => {
  await pushUnderWay(w);
  await w.deliver();
  await w.buildEnds(B);
  await w.deliver();
  w.pods.ready(SHOP, 2);
  w.interventions.before('store.saveChange', () => w.settle());
  const change = await w.changeOf(B);
  await w.cancel(change).catch(() => undefined);
  await w.settle();
  const isLive = (await w.live()) === 2;
  expect(await w.story(B)).toMatch(isLive ? /^deployed/ : /^cancelled/);
});

scene(
  'a Change that is cancelled between the decision to switch and the switch does not go live',
  async (w) => {
    await pushUnderWay(w);
    await w.deliver();
    await w.buildEnds(B);
    await w.deliver();
    w.interventions.before('cluster.switchService', async () => void (await w.cancel(await w.changeOf(B))));
    w.pods.ready(SHOP, 2);
    await w.settle();
    expect(await w.story(B)).toBe('cancelled by Ada');
    expect(await w.live()).toBe(1);
  },
);

scene('cancelling for one App does not end the push of another that shares the build', async (w) => {
  await w.app();
  await w.push(A);
  await w.deliver();
  const STAGING = { namespace: 'acme', name: 'staging' };
  const change = await w.changeOf(A);
  // Nobody else waits for the build when the cancel looks; by the time it ends the build somebody does.
  w.interventions.after('store.listChanges', async () => {
    await w.app(STAGING);
    await w.deliver();
    expect(await w.story(A, STAGING)).toBe('building');
  });
  await w.cancel(change);
  await w.settle();
  w.advance(120);
  w.resync();
  await w.settle();
  expect(await w.story(A)).toBe('cancelled by Ada');
  expect(await w.story(A, STAGING)).toBe('deployed as r1');
});

const jobs = async (w: World) => (await w.cluster.listBuildJobs()).filter(({ phase }) => phase === 'running');

scene('a build whose log cannot be read is cancelled all the same', async (w) => {
  await pushUnderWay(w);
  await w.deliver();
  expect(await jobs(w)).toHaveLength(1);
  w.interventions.before('cluster.buildJobLog', () => {
    throw new RetryableError('the cluster cannot be reached');
  });
  await w.cancel(await w.changeOf(B));
  expect(await jobs(w)).toEqual([]);
  expect(await w.store.listRunningBuilds()).toEqual([]);
});

for (const call of ['store.getBuild', 'cluster.buildJobLog', 'cluster.deleteBuildJob'] as const)
  scene(`a build ends though nobody comes back to it: who cancelled it died before ${call}`, async (w) => {
    await pushUnderWay(w);
    await w.deliver();
    w.interventions.before(call, () => w.interventions.die());
    await w.cancel(await w.changeOf(B)).catch(() => {});
    expect(await jobs(w)).toHaveLength(1);
    w.advance(300);
    w.resync();
    await w.deliver();
    expect(await jobs(w)).toEqual([]);
    expect(await w.store.listRunningBuilds()).toEqual([]);
    expect(await w.story(B)).toBe('cancelled by Ada');
  });

scene('a release that is made while its Change is being cancelled does not go live', async (w) => {
  await pushUnderWay(w);
  await w.deliver();
  await w.buildEnds(B);
  // The wish alone is written when the release is made: whoever cancels has looked for one, and found none.
  w.interventions.after('store.saveChange', () => w.interventions.die());
  await expect(w.cancel(await w.changeOf(B))).rejects.toThrow('killed');
  await w.settle();
  expect(await w.live()).toBe(1);
  expect(await w.story(B)).toBe('cancelled by Ada');
  expect(await w.workload(2)).toMatchObject({ outcome: 'cancelled', replicas: 0 });
});

scene(
  'a release that somebody has switched to before it was marked as cancelled keeps its pods',
  async (w) => {
    await pushUnderWay(w);
    await w.deliver();
    await w.buildEnds(B);
    await w.deliver();
    await w.cancel(await w.changeOf(B));
    let isDone = false;
    w.interventions.around = async (call, run, [, change]) => {
      const isRetiring =
        call === 'cluster.updateWorkload' && (change as { replicas?: number }).replicas === 0;
      const service = await w.cluster.getService(SHOP);
      if (isDone || !service || !(isRetiring || call === 'cluster.raiseEpoch')) return run();
      isDone = true;
      await w.cluster.switchService(service, 2, new Date(w.now()));
      return run();
    };
    await w.deliver();
    expect(isDone).toBe(true);
    expect(await w.workload(2)).toMatchObject({ replicas: 1 });
  },
);
