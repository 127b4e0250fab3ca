import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, random } from '../../test/simulation/random.ts';
import { visited } from './app.ts';
import type { Playable, Scenario } from './scenarios.ts';
import type { Stage, VisitedApp } from './stage.ts';
import { aKind, liveRelease, type Switch, switchOnce } from './switches.ts';
import { crowdsOf, visitors } from './visitors.ts';
import { type Failure, overlaps, type Seen, type Span } from './visits.ts';

export interface Plan {
  readonly seed: number;
  /** It goes on until there were as many, */
  readonly switches: number;
  /** and as many, */
  readonly requests: number;
  /** but no longer than this. */
  readonly minutes: number;
  /** Visits in a second, at most. */
  readonly perSecond: number;
  readonly strikeEveryMs: number;
  /** What the pods of the slow App take until they listen. */
  readonly slowStartMs: number;
}

export interface Struck extends Span {
  readonly scenario: Scenario;
  readonly app: string;
  readonly authority: string;
  /** What it hit. */
  readonly hit: string;
}

/** Something of the same app that changes its releases in its own way, in the same run. */
export interface Baseline {
  readonly authority: string;
  /** Changes one release after the other until it is over; gives each. */
  run(over: () => boolean): Promise<readonly Span[]>;
}

export interface Beside {
  readonly baselineOf?: (web: VisitedApp) => Promise<Baseline>;
  /** How far it is, every second. */
  readonly tell?: (counts: string) => void;
}

export interface Outcome {
  readonly plan: Plan;
  readonly began: Date;
  readonly ended: Date;
  readonly switches: readonly Switch[];
  readonly strikes: readonly Struck[];
  readonly seen: Seen;
  readonly baseline?: { readonly updates: readonly Span[]; readonly seen: Seen };
}

/** Part of the visits that a baseline gets: it is the same way in, and the machine is the same. */
export const BASELINE_PART = 0.25;
const SETTINGS = {
  replicas: 2,
  retention: { standbySeconds: 45, releases: 3 },
  resources: { requests: { cpu: '10m' } },
};
/** A sweep comes more often than by schedule: nothing stays for long. */
const SWEEP_MS = 20_000;
/** Between two switches of an App, so that what strikes between them finds its moment. */
const REST_MS = 700;

/** The visit failed because of something that takes answers away on any platform. */
export const isApart = (failure: Failure, strikes: readonly Struck[]) =>
  strikes.some(
    (struck) =>
      struck.scenario.apart !== undefined &&
      (struck.scenario.apart.all || struck.authority === failure.authority) &&
      overlaps(failure, struck),
  );

/** As many switches as planned went live, and every one that was asked for, under as many visits. */
export const isFulfilled = ({ plan, switches, seen }: Outcome): boolean =>
  switches.length >= plan.switches &&
  switches.every(({ after }) => after !== undefined) &&
  seen.visits.reduce((sum, { count }) => sum + count, 0) >= plan.requests;

/** Switches two Apps under visitors while the scenarios strike, until the plan is fulfilled. */
export async function chaos(
  stage: Stage,
  playable: readonly Playable[],
  plan: Plan,
  { baselineOf, tell }: Beside = {},
): Promise<Outcome> {
  const seeded = random(plan.seed);
  const web = await stage.anApp(visited(0), { ...SETTINGS, name: 'steady' });
  const slow = await stage.anApp(visited(0), {
    ...SETTINGS,
    name: 'slow-start',
    env: { START_MS: `${plan.slowStartMs}` },
  });
  const apps = [web, slow];
  for (const { app } of apps) await liveRelease(app);
  const baseline = await baselineOf?.(web);

  const began = new Date();
  const crowd = await visitors(stage.door, crowdsOf(web.app.host, slow.app.host, plan.perSecond));
  const beside =
    baseline &&
    (await visitors(stage.door, crowdsOf(baseline.authority, undefined, plan.perSecond * BASELINE_PART)));
  const switches: Switch[] = [];
  const strikes: Struck[] = [];
  const underWay = new Set<string>();
  const turns = new Map(apps.map(({ app }) => [app.name, turn()]));
  const ending = new AbortController();
  const over = () => ending.signal.aborted;
  const rest = (ms: number) => sleep(ms, undefined, { signal: ending.signal }).catch(() => undefined);

  const switching = async (visitedApp: VisitedApp, own: Random) => {
    const { name } = visitedApp.app;
    while (!over()) {
      await turns.get(name)?.(async () => {
        underWay.add(name);
        switches.push(await switchOnce(stage, visitedApp, aKind(own), own));
        underWay.delete(name);
      });
      await rest(REST_MS);
    }
  };
  const play = async ({ scenario, strike }: Playable) => {
    const { app } = seeded.pick(apps);
    const hit = async () => {
      const from = Date.now();
      const what = await strike({ app, pick: seeded.pick });
      // One that never comes back fails its visits, and its next switch.
      if (scenario.apart?.all) for (const one of apps) await liveRelease(one.app).catch(() => undefined);
      strikes.push({ scenario, app: app.name, authority: app.host, hit: what, from, to: Date.now() });
    };
    if (scenario.when === 'between') return turns.get(app.name)?.(hit);
    while (underWay.size === 0 && !over()) await sleep(20);
    await rest(seeded.below(2000));
    await hit();
  };
  const striking = async () => {
    for (let round = shuffled(playable, seeded); !over(); round = shuffled(playable, seeded)) {
      for (const one of round) {
        await rest(plan.strikeEveryMs);
        if (!over()) await play(one);
      }
    }
  };
  const sweeping = async () => {
    for (; !over(); await rest(SWEEP_MS))
      await stage.reach.api('POST', '/api/sweep', { by: 'chaos' }).catch(() => undefined);
  };
  const watching = async () => {
    const end = began.getTime() + plan.minutes * 60_000;
    const left = new Set(playable);
    for (;;) {
      await sleep(1000);
      const requests = await crowd.count();
      for (const one of left) if (strikes.some(({ scenario }) => scenario === one.scenario)) left.delete(one);
      const done = switches.length >= plan.switches && requests >= plan.requests && left.size === 0;
      tell?.(`${requests} visits, ${switches.length} switches, ${strikes.length} strikes`);
      if (done || Date.now() > end) return ending.abort();
    }
  };

  const [updates] = await Promise.all([
    baseline?.run(over) ?? [],
    ...apps.map((app) => switching(app, random(seeded.below(2 ** 31)))),
    striking(),
    sweeping(),
    watching(),
  ]);
  const seen = await crowd.leave();
  return {
    plan,
    began,
    ended: new Date(),
    switches,
    strikes,
    seen,
    ...(beside && { baseline: { updates, seen: await beside.leave() } }),
  };
}

/** One after the other. */
function turn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

function shuffled<T>(items: readonly T[], { below }: Random): readonly T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(below(left.length), 1));
}
