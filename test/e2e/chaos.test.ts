import { expect, test } from 'vitest';
import { openMachine } from '../../scripts/chaos/machine.ts';
import { droppedOf } from '../../scripts/chaos/report.ts';
import { chaos } from '../../scripts/chaos/run.ts';
import { onMachine } from '../../scripts/chaos/scenarios.ts';

/** The short form of `npm run chaos`. */
const PLAN = {
  seed: 5,
  switches: 10,
  requests: 3000,
  minutes: 8,
  perSecond: 300,
  strikeEveryMs: 1000,
  slowStartMs: 1500,
};

test('switches drop no visit while processes are killed on one machine', async () => {
  const stage = await openMachine();
  try {
    const playable = onMachine(stage);
    const outcome = await chaos(stage, playable, PLAN);
    expect(droppedOf(outcome)).toEqual([]);
    expect(outcome.switches.filter(({ after }) => after === undefined)).toEqual([]);
    expect(outcome.switches.length).toBeGreaterThanOrEqual(PLAN.switches);
    expect(new Set(outcome.strikes.map(({ scenario }) => scenario))).toEqual(
      new Set(playable.map(({ scenario }) => scenario)),
    );
    for (const { kind, count } of outcome.seen.visits) expect(count, kind).toBeGreaterThan(10);
  } finally {
    await stage.close();
  }
}, 600_000);
