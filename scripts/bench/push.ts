import { DatabaseSync } from 'node:sqlite';
import type { WhyView } from '../../functions/console/routes/why.ts';
import { databaseFile } from '../local/cluster/records/database.ts';
import { bareStart } from './bare-start.ts';
import type { Bench, Figure } from './figure.ts';
import { type BenchPlatform, startPlatform } from './platform.ts';
import { median, percentile } from './statistics.ts';

const PUSHES = 22;
/** Of the sample: the default of an App. */
const MIN_READY_MS = 1000;
const GOAL_MS = 500;

/** Milliseconds of one push. `toBuild`, `toPod` and `toLive` are ours, the rest is the build's, the pod's and git's. */
interface Journey {
  readonly seen: number;
  readonly toBuild: number;
  readonly build: number;
  readonly toPod: number;
  readonly pod: number;
  readonly toLive: number;
  readonly bare: number;
}

export const push: Bench = {
  name: 'push',
  title: `${PUSHES} pushes of the sample, webhook received → proven live; against the bare app's start`,
  async measure() {
    const platform = await startPlatform();
    try {
      const journeys: Journey[] = [];
      for (let i = 0; i < PUSHES; i++)
        journeys.push({
          ...(await journey(platform, `v${i + 2}`)),
          bare: (await bareStart()) + MIN_READY_MS,
        });
      return figures(journeys);
    } finally {
      await platform.stop();
    }
  },
};

async function journey(platform: BenchPlatform, version: string): Promise<Omit<Journey, 'bare'>> {
  const commit = await platform.repository.push(version);
  const pushed = Date.now();
  const change = await platform.ended(commit);
  const { deliveries } = await platform.api.call<WhyView>('GET', `/api/why/${commit}`);
  const received = deliveries.map(({ receivedAt }) => Date.parse(receivedAt)).sort((a, b) => a - b)[0];
  const live = Date.parse(change.timeline.at(-1)?.at ?? '');
  if (received === undefined || change.build === undefined || change.release === undefined)
    throw new Error(`${commit} was not deployed by a push`);
  const job = times(platform.dir, 'Job', change.build);
  const pod = times(platform.dir, 'Deployment', `sample-r${change.release}`);
  const switched = times(platform.dir, 'Service', 'sample').last;
  // Its last status before the switch is the one that the switch waited for.
  const available = pod.all.findLast((at) => at <= switched) ?? Number.NaN;
  return {
    seen: live - pushed,
    toBuild: job.first - received,
    build: job.last - job.first,
    toPod: pod.first - job.last,
    pod: available - pod.first,
    toLive: live - available,
  };
}

/** When an object was written, from the records that the events are made of: they have the time of each write. */
function times(dir: string, kind: string, name: string) {
  const database = new DatabaseSync(databaseFile(dir), { readOnly: true });
  const rows = database
    .prepare('select at from changes where kind = ? and name = ? order by sequence')
    .all(kind, name);
  database.close();
  const all = rows.map(({ at }) => Date.parse(String(at)));
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`${kind} ${name} was never written`);
  return { all, first, last };
}

const own = ({ toBuild, toPod, toLive }: Journey) => toBuild + toPod + toLive;

function figures(journeys: readonly Journey[]): Figure[] {
  const bare = {
    what: '(bare spawn → listening, + minReadySeconds)',
    value: median(journeys.map((j) => j.bare)),
  };
  const of = (time: (journey: Journey) => number) => journeys.map(time);
  const part = (what: string, time: (journey: Journey) => number): Figure => ({
    what,
    unit: 'ms',
    ours: median(of(time)),
  });
  return [
    {
      what: 'own time, p50',
      unit: 'ms',
      ours: median(of(own)),
      baseline: bare,
      goal: { of: 'ours', atMost: GOAL_MS },
    },
    { what: 'own time, most', unit: 'ms', ours: percentile(of(own), 1), baseline: bare },
    part('  webhook received → build Job made', (j) => j.toBuild),
    part('  Job done → Deployment made', (j) => j.toPod),
    part('  pods available → switched and proven', (j) => j.toLive),
    { ...part('not ours: pod made → available', (j) => j.pod), baseline: bare },
    part('not ours: build Job', (j) => j.build),
    { ...part('git push returned → live', (j) => j.seen), baseline: bare },
  ];
}
