import { expect } from 'vitest';
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
