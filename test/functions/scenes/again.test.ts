import { expect } from 'vitest';
import { ownEvent } from '../../../shared/domain/events.ts';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP } from './world.ts';

const [A, B] = [sha('a'), sha('b')];

scene('a retry is a new Change that names the old one and who asked; the old verdict stays', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
  await w.deliver();
  await w.buildEnds(B);
  await w.deliver();
  w.pods.crash(SHOP, 2);
  await w.settle();
  const old = await w.changeOf(B);
  expect(old.verdict?.outcome).toBe('failed');
  w.publish(ownEvent('dev.cite.retry.requested', { change: old.id, by: 'Ada' }));
  await w.settle();
  const again = await w.changeOf(B);
  expect(again).toMatchObject({ kind: 'push', redoes: old.id, by: 'Ada', reason: 'deployed as r3' });
  expect((await w.changes()).find(({ id }) => id === old.id)).toEqual(old);
});

scene('a rollback and a redeploy name the Change whose Release they run, and who asked', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.deploy(B, A);
  await w.activate(1);
  await w.settle();
  const [rollback] = await w.changes();
  expect(rollback).toMatchObject({ kind: 'rollback', by: 'Ada', redoes: (await w.changes()).at(-1)?.id });
  await w.lift();
  await w.settle();
  const newest = (await w.theApp()).lastRelease?.change;
  await w.redeploy('Bob');
  await w.settle();
  const [redeploy] = await w.changes();
  expect(redeploy).toMatchObject({ kind: 'redeploy', by: 'Bob', redoes: newest, reason: 'deployed as r3' });
});
