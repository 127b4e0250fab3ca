import { expect } from 'vitest';
import { concludeChange } from '../../../shared/domain/change.ts';
import { RetryableError } from '../../../shared/domain/errors.ts';
import { ownEvent } from '../../../shared/domain/events.ts';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP } from './world.ts';

const [A, B, C] = [sha('a'), sha('b'), sha('c')];
const BASE = sha('1');

scene('what is live stays when its branch is deleted while an older build runs', async (w) => {
  await w.app();
  await w.deploy(BASE);
  await w.push(A, { on: BASE });
  await w.deliver();
  await w.push(B, { on: A });
  await w.deliver();
  await w.buildEnds(B);
  await w.deliver();
  w.pods.ready(SHOP, 2);
  await w.deliver();
  expect(await w.live()).toBe(2);
  w.host.remove('acme/shop', 'main');
  await w.settle();
  expect(await w.story(A)).toBe(`superseded by ${B}`);
  expect(await w.live()).toBe(2);
});

scene('a push whose head the code host does not show yet is tried again, not superseded', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A, shown: false });
  w.interventions.after('codeHost.branchHead', () => w.host.move('acme/shop', 'main', B));
  await w.settle();
  expect(await w.story(B)).toBe('deployed as r2');
});

scene('a push whose head is never shown, because the branch was forced back, is superseded', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A, shown: false });
  await w.settle();
  w.advance(120);
  w.resync();
  await w.settle();
  expect(await w.story(B)).toBe(`superseded by ${A}`);
  expect(await w.live()).toBe(1);
});

scene('a force-push back to an earlier commit, whose webhook was lost, is found by resync', async (w) => {
  await w.app();
  await w.settle();
  // The first push of that commit was found by resync too: the second is another cause.
  await w.push(A, { told: false });
  w.resync();
  await w.settle();
  await w.deploy(B, A);
  await w.push(A, { forced: true, told: false });
  w.advance(600);
  w.resync();
  await w.settle();
  expect(await w.live()).toBe(3);
  expect((await w.workload(3))?.release.commit).toBe(A);
});

scene('a release that its new configuration superseded does not go live', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
  await w.deliver();
  await w.buildEnds(B);
  await w.deliver();
  const goOn = w.queue.delay({ type: 'dev.cite.release.requested' });
  await w.edit({ env: { N: '2' } });
  await w.deliver();
  // Its verdict is written, the new release only asked for.
  w.pods.ready(SHOP, 2);
  await w.deliver();
  expect(await w.live()).toBe(1);
  goOn();
  await w.settle();
  expect((await w.workload(2))?.outcome).toBe('superseded');
  expect(await w.live()).toBe(3);
});

scene('a push of a commit that failed is another try', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
  await w.deliver();
  await w.buildEnds(B);
  await w.deliver();
  w.pods.crash(SHOP, 2);
  await w.settle();
  expect((await w.changeOf(B)).verdict?.outcome).toBe('failed');
  await w.deploy(B, A);
  expect(await w.story(B)).toBe('deployed as r3');
});

scene('pushes that are told twice and newest first end in one verdict each, the newest live', async (w) => {
  await w.app();
  await w.settle();
  w.queue.copies = 2;
  w.queue.newestFirst = true;
  await w.push(A);
  await w.push(B, { on: A });
  await w.push(C, { on: B });
  await w.settle();
  w.advance(120);
  w.resync();
  await w.settle();
  expect(await w.changes()).toHaveLength(3);
  for (const change of await w.changes()) expect(change.verdict, change.commit).toBeDefined();
  expect((await w.workload((await w.live()) ?? 0))?.release.commit).toBe(C);
});

scene('a Change is not superseded whose release was made while the code host was asked', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
  await w.deliver();
  let isAsked = false;
  let isOther = false;
  w.interventions.around = async (call, run) => {
    // The other instance gets no further than the Workload.
    if (isOther && call === 'store.saveChange') throw new RetryableError('the store is away');
    const change = await w.changeOf(B);
    if (call !== 'codeHost.branchHead' || change.state !== 'starting' || isAsked) return run();
    isAsked = true;
    isOther = true;
    w.publish(ownEvent('dev.cite.release.requested', { change: change.id }));
    await w.deliver();
    isOther = false;
    expect(await w.workload(2), 'made by another instance').toBeDefined();
    await w.push(C, { on: A, forced: true, told: false });
    return run();
  };
  await w.buildEnds(B);
  await w.deliver();
  expect(isAsked).toBe(true);
  expect(await w.changeOf(B)).not.toHaveProperty('verdict');
  expect(await w.workload(2)).not.toHaveProperty('outcome');
});

scene('a release whose Change is superseded while it is switched to does not go live', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
  await w.deliver();
  await w.buildEnds(B);
  await w.deliver();
  let isDone = false;
  w.interventions.around = async (call, run) => {
    if (call !== 'cluster.getWorkload' || isDone) return run();
    isDone = true;
    const verdict = { outcome: 'superseded', by: C } as const;
    await w.store.saveChange(concludeChange(await w.changeOf(B), verdict, new Date(w.now())));
    return run();
  };
  w.pods.ready(SHOP, 2);
  await w.deliver();
  expect(isDone).toBe(true);
  expect(await w.live()).toBe(1);
  expect(await w.workload(2)).toMatchObject({ outcome: 'superseded', replicas: 0 });
});
