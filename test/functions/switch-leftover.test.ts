import { describe, expect, it } from 'vitest';
import { decideLeftover } from '../../functions/switchSelector/decide-leftover.ts';
import type { Pod } from '../../shared/domain/workload.ts';
import { aChange, anApp, aPod, aService, aWorkload, deployed, NOON } from '../support/facts.ts';

const at = NOON.toISOString();
const held = anApp({ spec: { hold: { by: 'Ada', at } } });
const wishFor = (release: number) => anApp({ spec: { hold: { by: 'Ada', at, release } } });

describe('the verdict of a Change that was left over', () => {
  const pods: readonly Pod[] = [];
  const scene = {
    service: aService({ live: 2 }),
    app: wishFor(1),
    workloads: [deployed(1), deployed(2)],
    pods,
  };
  const rollback = aChange({ id: 'uid-1/x', kind: 'rollback', release: 1 });

  it.each<[string, ReturnType<typeof aChange>, Partial<typeof scene>, object | undefined]>([
    [
      'deployed, when its release is live and proven',
      aChange({ id: 'uid-1/y', release: 2 }),
      {},
      { outcome: 'deployed', release: 2 },
    ],
    ['none, while it waits for its build', aChange({ id: 'uid-1/y' }), {}, undefined],
    [
      'failed, when its release has failed',
      aChange({ release: 3 }),
      { workloads: [deployed(2), aWorkload(3, { outcome: 'failed' })] },
      { outcome: 'failed', why: 'r3 failed' },
    ],
    [
      'failed, in the words of its pods',
      aChange({ release: 3 }),
      {
        workloads: [deployed(2), aWorkload(3, { outcome: 'failed', available: 0 })],
        pods: [aPod(2), aPod(3, { reason: 'ImagePullBackOff', message: 'no such image' })],
      },
      { outcome: 'failed', why: 'r3: ImagePullBackOff: no such image' },
    ],
    [
      'cancelled, by whoever wanted that',
      aChange({ release: 1, cancelledBy: 'Ada' }),
      { workloads: [aWorkload(1, { outcome: 'cancelled' }), deployed(2)] },
      { outcome: 'cancelled', by: 'Ada' },
    ],
    [
      'superseded, when its release was',
      aChange({ release: 1 }),
      { workloads: [aWorkload(1, { outcome: 'superseded' }), deployed(2)] },
      { outcome: 'superseded', by: 'r2' },
    ],
    [
      'superseded by the next, when nothing is live',
      aChange({ release: 1 }),
      { service: aService(), workloads: [aWorkload(1, { outcome: 'superseded' })] },
      { outcome: 'superseded', by: 'r2' },
    ],
    [
      'cancelled, when a person ended its release',
      aChange({ release: 1 }),
      { workloads: [aWorkload(1, { outcome: 'cancelled' })] },
      { outcome: 'cancelled', by: 'a person' },
    ],
    [
      'failed, when its release is there no more',
      aChange({ id: 'uid-1/y', release: 3 }),
      {},
      { outcome: 'failed', why: 'r3 is not there any more' },
    ],
    [
      'deployed, when its release was, and the store does not know any more',
      aChange({ id: 'uid-1/y', release: 1 }),
      {},
      { outcome: 'deployed', release: 1 },
    ],
    ['none, for a rollback that is still wanted', rollback, {}, undefined],
    [
      'cancelled, for a rollback that is not wanted any more',
      rollback,
      { app: held },
      { outcome: 'cancelled', by: 'the end of the Hold that asked for it' },
    ],
    [
      'failed, for a rollback that was given up',
      rollback,
      { app: anApp({ spec: { hold: { by: 'Ada', at, givenUp: 1 } } }) },
      { outcome: 'failed', why: 'r1 did not get ready, and was given up' },
    ],
    [
      'superseded by what is newer, though what is live is older',
      aChange({ id: 'uid-1/y', release: 2 }),
      {
        service: aService({ live: 1 }),
        workloads: [deployed(1), aWorkload(2, { outcome: 'superseded' }), aWorkload(3), aWorkload(4)],
      },
      { outcome: 'superseded', by: 'r3' },
    ],
    [
      'superseded by what a person went back to',
      aChange({ id: 'uid-1/y', release: 2 }),
      { workloads: [deployed(1), aWorkload(2, { outcome: 'superseded' })] },
      { outcome: 'superseded', by: 'r1' },
    ],
    [
      'failed, for a rollback to what the sweep took',
      rollback,
      { workloads: [deployed(2)] },
      { outcome: 'failed', why: 'r1 is not there any more' },
    ],
  ])('%s', (_title, change, world, verdict) => {
    expect(decideLeftover(change, { ...scene, ...world })).toEqual(verdict);
  });
});
