import { expect } from 'vitest';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP } from './world.ts';

const A = sha('a');

scene(
  'a Change whose checks may not be read says so with the remedy, and goes on once they may',
  async (w) => {
    await w.app(SHOP, { checks: ['ci'] });
    await w.settle();
    w.host.faults.refusesStatuses = true;
    await w.deploy(A);
    const { reason } = await w.changeOf(A);
    expect(reason).toMatch(/ the permission Commit statuses: read\. It goes on by itself\.$/);
    expect(await w.live()).toBeUndefined();
    w.host.faults.refusesStatuses = false;
    w.advance(300);
    w.resync();
    await w.settle();
    expect(await w.changeOf(A)).toMatchObject({ state: 'waiting for checks', reason: 'waiting for ci' });
  },
);

scene('a configuration that was cancelled, taken back and wished again is followed', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.hold();
  await w.edit({ env: { N: '2' } });
  await w.deliver();
  const held = await w.changeOf(A);
  expect(held).toMatchObject({ kind: 'config', state: 'held' });
  await w.cancel(held);
  await w.edit({ env: {} });
  await w.settle();
  await w.edit({ env: { N: '2' } });
  await w.settle();
  expect(await w.live()).toBe(1);
  await w.lift();
  await w.settle();
  expect(await w.live()).toBe(2);
  expect(await w.changeOf(A)).toMatchObject({ kind: 'config', reason: 'deployed as r2' });
});
