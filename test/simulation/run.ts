import { outcomes } from '../../shared/domain/change.ts';
import { act, type Day } from './act.ts';
import { askForMore, faultsAtRest, faultsOfGoodDay } from './ending.ts';
import type { Plan } from './plan.ts';
import { random } from './random.ts';
import { CHECK, HOOK, MAIN, openWorld, SECRET, type Snapshot, type World } from './world.ts';

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

/** Rounds of the schedule in which everything has to come to rest: one that writes nothing, and leaves nothing to do. */
const MOST_ROUNDS = 10;
const ROUND_SECONDS = 305;
/** More steps than any round needs: one that never comes to rest fails here. */
const MOST_STEPS = 30_000;

/** Of releases before the day, by how its Apps are. */
const beginnings = new Map<string, Promise<Snapshot>>();

type Kind = Pick<Plan, 'apps' | 'checks' | 'secret' | 'pods' | 'notifies'>;

const commitOf = (count: number) => count.toString(16).padStart(4, '0').padEnd(40, '0');

async function makeApps(world: World, { apps, checks, secret, pods, notifies }: Kind): Promise<void> {
  for (let i = 1; i <= apps; i++)
    await world.app(
      { namespace: 'acme', name: `shop${i}` },
      {
        replicas: pods,
        ...(checks ? { checks: [CHECK], checksTimeoutSeconds: 600 } : {}),
        ...(secret ? { secret: SECRET.name } : {}),
        ...(notifies ? { notifications: [{ ...HOOK, events: [...outcomes] }] } : {}),
      },
    );
  if (secret) await world.writeSecret({ TOKEN: '0' });
  if (notifies) await world.writeDestination();
}

/** Two good days' work: a release that is live, and one that can take over. */
async function begin(kind: Kind): Promise<Snapshot> {
  const world = openWorld(random(0), undefined);
  await makeApps(world, kind);
  for (const count of [1, 2]) {
    world.push(MAIN, commitOf(count), count > 1 ? commitOf(count - 1) : undefined);
    if (kind.checks) world.check(commitOf(count), 'success');
    while (await world.step());
  }
  return world.snapshot();
}

function beginningOf(kind: Kind): Promise<Snapshot> {
  const key = JSON.stringify([kind.apps, kind.checks, kind.secret, kind.pods, kind.notifies]);
  const made = beginnings.get(key) ?? begin(kind);
  beginnings.set(key, made);
  return made;
}

/** Plays one plan from beginning to end: the same plan is the same history, step by step. */
export async function run(plan: Plan, keep = false): Promise<Outcome> {
  const history: string[] = [];
  let steps = 0;
  const tell = (line: string) => {
    if (keep) history.push(`${String(steps).padStart(5)} ${line}`);
  };
  const world = openWorld(random(plan.seed + 1), tell, plan.begun ? await beginningOf(plan) : undefined);
  const due: { readonly at: number; readonly what: () => void }[] = [];
  const snapshots = [world.memory.snapshot()];
  let commits = plan.begun ? 2 : 0;
  const day: Day = {
    world,
    tell,
    later: (after, what) => void due.push({ at: steps + after, what }),
    snapshots,
    newCommit: () => commitOf(++commits),
    checks: plan.checks,
  };
  const end = (faults: readonly string[] = []): Outcome => ({
    plan,
    faults: [...world.violations, ...faults],
    history,
    steps,
  });

  if (!plan.begun) await makeApps(world, plan);
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

  async function comeToRest(faultsLeft: () => Promise<string[]>): Promise<string[]> {
    for (let round = 0; ; round++) {
      const [before, most] = [world.writes(), steps + MOST_STEPS];
      while (await world.step()) if (++steps > most) return ['it does not come to rest'];
      if (world.violations.length > 0) return [];
      const isQuiet = round > 0 && world.writes() === before;
      const left = isQuiet || round === MOST_ROUNDS ? await faultsLeft() : [];
      if (isQuiet && left.length === 0) return [];
      if (round === MOST_ROUNDS) return isQuiet ? left : [...left, 'no round of the schedule writes nothing'];
      world.advance(ROUND_SECONDS);
      world.ping('resync');
      world.ping('gc-sweep');
    }
  }

  tell('· the faults stop');
  for (const { what } of due.splice(0)) what();
  world.strike(undefined);
  world.lieInWait(undefined);
  world.away.clear();
  world.receivers.answers.clear();
  const left = await comeToRest(() => faultsAtRest(world));
  if (left.length > 0 || world.violations.length > 0) return end(left);
  tell('· a good day follows');
  await askForMore(day);
  return end(await comeToRest(() => faultsOfGoodDay(world)));
}
