import { act, type Day } from './act.ts';
import { faultsAtRest } from './ending.ts';
import type { Plan } from './plan.ts';
import { random } from './random.ts';
import { openWorld } from './world.ts';

export interface Outcome {
  readonly plan: Plan;
  /** Empty: every promise was kept. */
  readonly faults: readonly string[];
  readonly history: readonly string[];
  readonly steps: number;
}

/** How many snapshots back a failover goes, and how often one is made. */
const SNAPSHOTS = 3;
const SNAPSHOT_STEPS = 12;

/** Rounds of the schedule in which everything has to come to rest once the faults have stopped. */
const ROUNDS = 6;
const ROUND_SECONDS = 305;
/** More steps than any round needs: one that never comes to rest fails here. */
const MOST_STEPS = 30_000;

/** Plays one plan from beginning to end: the same plan is the same history, step by step. */
export async function run(plan: Plan, keep = false): Promise<Outcome> {
  const history: string[] = [];
  let steps = 0;
  const tell = (line: string) => {
    if (keep) history.push(`${String(steps).padStart(5)} ${line}`);
  };
  const rng = random(plan.seed + 1);
  const world = openWorld(rng, tell);
  const due: { readonly at: number; readonly what: () => void }[] = [];
  const snapshots: ReturnType<typeof world.memory.snapshot>[] = [];
  const day: Day = {
    world,
    tell,
    later: (after, what) => void due.push({ at: steps + after, what }),
    snapshots,
    commits: 0,
  };
  const faults: string[] = [];
  const end = (): Outcome => ({ plan, faults: [...world.violations, ...faults], history, steps });

  for (let i = 1; i <= plan.apps; i++) await world.app({ namespace: 'acme', name: `shop${i}` });
  const acts = [...plan.acts];
  for (; steps < plan.steps; steps++) {
    while (acts[0] && acts[0].at <= steps) await act(day, acts.shift() as (typeof acts)[number]);
    for (const one of due.filter(({ at }) => at <= steps)) {
      due.splice(due.indexOf(one), 1);
      one.what();
    }
    if (steps % SNAPSHOT_STEPS === 0) {
      snapshots.push(world.memory.snapshot());
      if (snapshots.length > SNAPSHOTS) snapshots.shift();
    }
    await world.step();
    if (world.violations.length > 0) return end();
  }

  tell('· the faults stop');
  for (const { what } of due) what();
  world.strike(undefined);
  world.lieInWait(undefined);
  world.away.clear();
  for (let round = 0; round < ROUNDS; round++) {
    const most = steps + MOST_STEPS;
    while (await world.step()) {
      if (++steps < most) continue;
      faults.push('it does not come to rest');
      return end();
    }
    if (world.violations.length > 0) return end();
    world.advance(ROUND_SECONDS);
    world.ping('resync');
    world.ping('gc-sweep');
  }
  while (await world.step()) if (++steps > 10 * MOST_STEPS) break;
  faults.push(...(await faultsAtRest(world)));
  return end();
}
