import { expect } from 'vitest';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP } from './world.ts';

const [A, B] = [sha('a'), sha('b')];

const SPY = { namespace: 'evil', name: 'spy' };

scene('an App in a Namespace of another owner is neither built nor released', async (w) => {
  await w.app(SPY, { repository: 'acme/private' });
  await w.settle();
  await w.push(A, { repository: 'acme/private' });
  await w.settle();
  expect((await w.changeOf(A, SPY)).verdict?.outcome).toBe('refused');
  expect(await w.cluster.listBuildJobs()).toEqual([]);
  expect(await w.cluster.listWorkloads()).toEqual([]);
});

scene(
  'an App that was accepted, and whose repository is edited then, is refused what it may not have',
  async (w) => {
    await w.app();
    await w.deploy(A);
    await w.edit({ repository: 'other/private' });
    await w.push(B, { repository: 'other/private' });
    await w.settle();
    expect((await w.changeOf(B)).verdict?.outcome).toBe('refused');
    expect(await w.cluster.listWorkloads()).toHaveLength(1);
    expect(await w.live()).toBe(1);
  },
);

scene('what is being built while the repository is edited is not released', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
  await w.deliver();
  await w.edit({ repository: 'other/private' });
  await w.settle();
  expect((await w.changeOf(B)).verdict?.outcome).toBe('refused');
  expect(await w.live()).toBe(1);
});

scene(
  'a Change that says it is building is not built for an App that may not have it any more',
  async (w) => {
    await w.app();
    await w.settle();
    w.interventions.before('cluster.startBuildJob', async () => {
      await w.edit({ repository: 'other/private' });
      w.interventions.die();
    });
    await w.push(A);
    await w.settle();
    w.advance(120);
    w.resync();
    await w.settle();
    expect(await w.cluster.listBuildJobs()).toEqual([]);
    expect((await w.changeOf(A)).verdict?.outcome).toBe('refused');
  },
);

scene('a refused App that is accepted later is deployed by the next push', async (w) => {
  await w.app(SHOP, { repository: 'other/shop' });
  await w.push(A, { repository: 'other/shop' });
  await w.settle();
  expect((await w.changeOf(A)).verdict?.outcome).toBe('refused');
  await w.edit({ repository: 'acme/shop' });
  await w.deploy(B);
  expect(await w.live()).toBe(1);
});
