import { act, type Day } from './act.ts';
import { faultsAtRest } from './ending.ts';
import type { Plan } from './plan.ts';
import { random } from './random.ts';
import { MAIN, openWorld, type Snapshot } from './world.ts';

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

/** Rounds of the schedule in which everything has to come to rest once the faults have stopped: two in any case. */
const ROUNDS = { least: 2, most: 8 };
const ROUND_SECONDS = 305;
/** More steps than any round needs: one that never comes to rest fails here. */
const MOST_STEPS = 30_000;

/** Of releases before the day, by how many Apps there are. */
const beginnings = new Map<number, Promise<Snapshot>>();

const appsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ namespace: 'acme', name: `shop${i + 1}` }));

const commitOf = (count: number) => count.toString(16).padStart(4, '0').padEnd(40, '0');

/** Two good days' work: a release that is live, and one that can take over. */
async function begin(apps: number): Promise<Snapshot> {
  const world = openWorld(random(0), () => undefined);
  for (const app of appsOf(apps)) await world.app(app);
  for (const count of [1, 2]) {
    world.push(MAIN, commitOf(count), count > 1 ? commitOf(count - 1) : undefined);
    while (await world.step());
  }
  return world.snapshot();
}

/** Plays one plan from beginning to end: the same plan is the same history, step by step. */
export async function run(plan: Plan, keep = false): Promise<Outcome> {
  const history: string[] = [];
  let steps = 0;
  const tell = (line: string) => {
    if (keep) history.push(`${String(steps).padStart(5)} ${line}`);
  };
  if (plan.begun && !beginnings.has(plan.apps)) beginnings.set(plan.apps, begin(plan.apps));
  const world = openWorld(
    random(plan.seed + 1),
    tell,
    plan.begun ? await beginnings.get(plan.apps) : undefined,
  );
  const due: { readonly at: number; readonly what: () => void }[] = [];
  const snapshots = [world.memory.snapshot()];
  let commits = plan.begun ? 2 : 0;
  const day: Day = {
    world,
    tell,
    later: (after, what) => void due.push({ at: steps + after, what }),
    snapshots,
    newCommit: () => commitOf(++commits),
  };
  const faults: string[] = [];
  const end = (): Outcome => ({ plan, faults: [...world.violations, ...faults], history, steps });

  if (!plan.begun) for (const app of appsOf(plan.apps)) await world.app(app);
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
  for (let round = 1; ; round++) {
    const most = steps + MOST_STEPS;
    while (await world.step()) {
      if (++steps < most) continue;
      faults.push('it does not come to rest');
      return end();
    }
    if (world.violations.length > 0) return end();
    if (round > ROUNDS.least) {
      const left = await faultsAtRest(world);
      if (left.length === 0) return end();
      if (round > ROUNDS.most) {
        faults.push(...left);
        return end();
      }
    }
    world.advance(ROUND_SECONDS);
    world.ping('resync');
    world.ping('gc-sweep');
  }
}
