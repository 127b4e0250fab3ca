import { expect, test } from 'vitest';
import { clusterStage } from '../../scripts/chaos/cluster.ts';
import { droppedOf } from '../../scripts/chaos/report.ts';
import { chaos } from '../../scripts/chaos/run.ts';
import { onCluster } from '../../scripts/chaos/scenarios.ts';
import { noCluster } from './machine.ts';
import { openWorld } from './world.ts';

/** The short form of `npm run chaos:cluster`. */
const PLAN = {
  seed: 5,
  switches: 8,
  requests: 3000,
  minutes: 5,
  perSecond: 200,
  strikeEveryMs: 1000,
  slowStartMs: 2000,
};

if (noCluster) test.skip(`strikes on a cluster ${noCluster}`, () => {});
else
  test('switches drop no visit while pods are killed on a cluster', async () => {
    const stage = clusterStage(await openWorld());
    const playable = onCluster(stage);
    const outcome = await chaos(stage, playable, PLAN);
    expect(droppedOf(outcome)).toEqual([]);
    expect(outcome.switches.filter(({ after }) => after === undefined)).toEqual([]);
    expect(new Set(outcome.strikes.map(({ scenario }) => scenario))).toEqual(
      new Set(playable.map(({ scenario }) => scenario)),
    );
    for (const { kind, count } of outcome.seen.visits) expect(count, kind).toBeGreaterThan(10);
  }, 900_000);
