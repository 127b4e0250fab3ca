import { expect } from 'vitest';
import { buildSettings } from '../../../shared/domain/app-spec.ts';
import { RetryableError } from '../../../shared/domain/errors.ts';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP, type World } from './world.ts';

const [A, B, C] = [sha('a'), sha('b'), sha('c')];

async function sweepLater(w: World): Promise<void> {
  w.advance(7200);
  w.sweep();
  await w.settle();
}

scene('the sweep keeps everything of an App that cannot be read', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.deploy(B, A);
  w.unreadable.add(SHOP.name);
  const before = await w.cluster.listWorkloads();
  await sweepLater(w);
  await sweepLater(w);
  expect(await w.cluster.listWorkloads()).toEqual(before);
  w.unreadable.clear();
  await sweepLater(w);
  expect(await w.workload(1)).toMatchObject({ replicas: 0 });
});

scene(
  'the sweep leaves what is live, and what a person went back to, whatever it is older than',
  async (w) => {
    await w.app(SHOP, { retention: { releases: 1 } });
    await w.deploy(A);
    await w.deploy(B, A);
    await w.deploy(C, B);
    await w.activate(1);
    await w.settle();
    await sweepLater(w);
    await sweepLater(w);
    expect(await w.live()).toBe(1);
    expect(await w.workload(1)).toMatchObject({ replicas: 1, available: 1 });
    expect(await w.workload(2)).toBeUndefined();
    expect(await w.workload(3)).toMatchObject({ replicas: 0 });
  },
);

scene(
  'a build that was started anew while the sweep looked is not taken for the one that ended',
  async (w) => {
    await w.app();
    await w.push(A);
    await w.deliver();
    const key = (await w.changeOf(A)).build ?? '';
    w.pods.endBuilds();
    await w.deliver();
    w.interventions.after('cluster.listBuildJobs', async () => {
      await w.cluster.deleteBuildJob(key);
      await w.cluster.startBuildJob({
        key,
        repository: 'acme/shop',
        commit: A,
        cloneUrl: 'https://git.test/acme/shop.git',
        settings: buildSettings.parse({}),
        timeoutSeconds: 600,
      });
    });
    w.advance(4 * 3600);
    w.sweep();
    while (w.interventions.left > 0 && (await w.deliverOne()));
    expect(await w.cluster.getBuildJob(key)).toMatchObject({ phase: 'running' });
  },
);

scene('a Job that cannot be deleted keeps no other', async (w) => {
  const two = { namespace: 'acme', name: 'two' };
  await w.app();
  await w.app(two, { repository: 'acme/two' });
  await w.push(A);
  await w.push(B, { repository: 'acme/two' });
  await w.settle();
  const [first] = await w.cluster.listBuildJobs();
  const { around } = w.interventions;
  w.interventions.around = (call, run, args) => {
    if (call === 'cluster.deleteBuildJob' && args[0] === first?.key)
      throw new RetryableError('the cluster is away');
    return around(call, run, args);
  };
  w.advance(4 * 3600);
  w.sweep();
  await w.settle();
  expect((await w.cluster.listBuildJobs()).map(({ key }) => key)).toEqual([first?.key]);
});
