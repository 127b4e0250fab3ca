import { expect } from 'vitest';
import { endedWith, openChange } from '../../../shared/domain/change.ts';
import { NOON, sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP } from './world.ts';

const [A, B] = [sha('a'), sha('b')];
const UPDATED = { type: 'dev.cite.change.updated' } as const;

scene('a state that comes while an older one is being told is told last', async (w) => {
  await w.app();
  await w.settle();
  w.interventions.before('codeHost.setStatus', () => w.settle());
  await w.deploy(A);
  expect(w.host.lastStatus(A)).toMatchObject({ state: 'success', description: 'deployed as r1' });
  expect(w.host.deployment('acme/shop/r1')).toBe('success');
});

scene(
  'a state that comes while one who tells of an older one stands still for minutes is told last',
  async (w) => {
    await w.app();
    await w.settle();
    w.interventions.before('codeHost.setStatus', async () => {
      w.advance(61);
      await w.settle();
      expect(w.host.lastStatus(A)).toMatchObject({ description: 'deployed as r1' });
    });
    await w.deploy(A);
    expect(w.host.lastStatus(A)).toMatchObject({ state: 'success', description: 'deployed as r1' });
  },
);

scene('a release that is live is told so last by one who stood still for minutes', async (w) => {
  await w.app();
  await w.deploy(A);
  w.interventions.before('codeHost.reportDeployment', async () => {
    w.advance(61);
    await w.settle();
    expect(w.host.deployment('acme/shop/r2')).toBe('success');
  });
  await w.deploy(B, A);
  expect(w.host.deployment('acme/shop/r2')).toBe('success');
});

scene(
  'a commit that was tried again bears the state of the last try, whichever is told of last',
  async (w) => {
    await w.app();
    await w.deploy(A);
    const tell = w.queue.delay(UPDATED);
    await w.push(B, { on: A });
    await w.deliver();
    await w.buildEnds(B);
    await w.deliver();
    w.pods.crash(SHOP, 2);
    await w.deliver();
    await w.deploy(B, A);
    expect(await w.story(B)).toBe('deployed as r3');
    w.queue.newestFirst = true;
    tell();
    await w.deliver();
    expect(w.host.lastStatus(B)).toMatchObject({ state: 'success', description: 'deployed as r3' });
  },
);

scene('a Deployment that is told of late does not say that it is live', async (w) => {
  await w.app();
  await w.settle();
  const tell = w.queue.delay(UPDATED);
  await w.deploy(A);
  await w.deploy(B, A);
  w.queue.newestFirst = true;
  tell();
  await w.deliver();
  expect(w.host.deployment('acme/shop/r2')).toBe('success');
  expect(w.host.deployment('acme/shop/r1')).toBe('inactive');
});

scene('a release is told to be no longer live however many pushes came to nothing since', async (w) => {
  await w.app();
  await w.deploy(A);
  const { timeline: _, ...change } = await w.changeOf(A);
  const skipped = endedWith({ outcome: 'skipped', why: 'it says so' });
  for (let i = 0; i < 60; i++) {
    const one = { ...change, ...skipped, id: `skipped-${i}`, commit: `${i}`.padStart(40, '0') };
    const { release: __, ...opened } = openChange(one, new Date(NOON.getTime() + 60_000 + i));
    await w.store.openChange(opened);
  }
  w.advance(120);
  await w.deploy(B, A);
  expect(w.host.deployment('acme/shop/r2')).toBe('success');
  expect(w.host.deployment('acme/shop/r1')).toBe('inactive');
});

scene('what was lost on its way to the code host is told by resync', async (w) => {
  await w.app();
  await w.deploy(A);
  const restore = w.queue.delay(UPDATED);
  await w.deploy(B, A);
  expect(w.host.lastStatus(B)).toBeUndefined();
  restore();
  w.queue.dropAll();
  w.resync();
  await w.settle();
  expect(w.host.lastStatus(B)).toMatchObject({ state: 'success', description: 'deployed as r2' });
});
