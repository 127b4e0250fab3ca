import { type Random, random } from './random.ts';

/** What happens to the world, or to the platform, at a step; `n` chooses among what is there then. */
export interface Act {
  readonly at: number;
  readonly what: What;
  readonly n: number;
}

/** One bad day: made from its seed alone, so that it can be shortened act by act and told again. */
export interface Plan {
  readonly seed: number;
  /** Steps until the faults stop. */
  readonly steps: number;
  /** Whether its Apps have had two releases before: else it begins with nothing. */
  readonly begun: boolean;
  /** Apps that follow the one repository: beside each other on one branch, or on two. */
  readonly apps: number;
  /** Whether its Apps wait for a check of each commit, have a Secret, run two pods. */
  readonly checks: boolean;
  readonly secret: boolean;
  readonly pods: 1 | 2;
  /** Whether its Apps have a receiver of their own, which is told of every verdict. */
  readonly notifies: boolean;
  readonly acts: readonly Act[];
}

/** How often each thing happens, beside the others. People and pushes first, then what goes wrong. */
const weights = {
  push: 10,
  'push a commit that does not build': 1,
  'push a commit that crashes': 1.5,
  'force-push': 2,
  'delete the branch': 0.7,
  'redeliver a webhook': 1,
  'lose a webhook': 1.2,
  'show the branch late': 1,
  hold: 1.5,
  lift: 2.5,
  activate: 4,
  cancel: 2,
  retry: 1,
  redeploy: 1,
  'edit the configuration': 3,
  'edit the replicas': 1,
  'follow another branch': 0.4,
  'delete the App': 0.4,
  'edit how it is reached': 0.3,
  'change the Secret': 1,
  'delete the Secret': 0.3,
  'a check turns red': 0.7,
  pin: 0.8,
  'delete the Service by hand': 0.4,
  'delete a Workload by hand': 0.5,
  sweep: 3,
  resync: 2,
  'wait a minute': 3,
  'wait an hour': 1.5,

  'something happens in between': 9,
  'a process is slow': 3,
  'kill before a write': 4,
  'kill within a write': 1,
  'kill after a write': 5,
  'fail a call': 3,
  'lose an answer': 4,
  'lose an event': 2,
  'repeat an event': 3,
  'deliver the newest first': 2,
  'the cluster tells nothing': 1,
  'the store is away': 1,
  'the code host is away': 1.5,
  'the cluster is away': 1,
  'the store is wiped': 0.4,
  'the store fails over': 0.8,
  'pods crash': 2,
  'pods are not ready': 2,
  'the app answers badly': 1,
  'the receivers are down': 1,
  'clocks are off': 1,
} as const;

export type What = keyof typeof weights;

const STEPS = { least: 200, most: 700 };
const ACTS = { least: 8, most: 34 };

const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);

function drawn(rng: Random): What {
  let left = rng.next() * total;
  for (const [what, weight] of Object.entries(weights) as [What, number][]) {
    left -= weight;
    if (left < 0) return what;
  }
  return 'push';
}

export function planOf(seed: number): Plan {
  const rng = random(seed);
  const steps = STEPS.least + rng.below(STEPS.most - STEPS.least);
  const count = ACTS.least + rng.below(ACTS.most - ACTS.least);
  const acts = Array.from({ length: count }, () => ({
    at: rng.below(steps),
    what: drawn(rng),
    n: rng.below(1 << 20),
  }));
  // Without a push there is no story.
  acts.push({ at: 0, what: 'push', n: 0 });
  return {
    seed,
    steps,
    begun: rng.chance(0.75),
    apps: rng.chance(0.3) ? 2 : 1,
    checks: rng.chance(0.2),
    secret: rng.chance(0.2),
    pods: rng.chance(0.4) ? 2 : 1,
    notifies: rng.chance(0.3),
    acts: acts.toSorted((a, b) => a.at - b.at),
  };
}
