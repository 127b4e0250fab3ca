import type { ChangeView } from '../../functions/console/views/change.ts';
import { type Busy, busyConnections } from './busy-connections.ts';
import type { Bench, Figure } from './figure.ts';
import { type BenchPlatform, startPlatform } from './platform.ts';
import { median, percentile } from './statistics.ts';

const KEPT = 50;
/** Visitors that come with a connection of their own each time. */
const NEW = 4;
const ROUNDS = 5;
const SWITCHES_PER_ROUND = 10;

export const switches: Bench = {
  name: 'switches',
  title: `${KEPT} busy keep-alive connections and ${NEW} that are always new, during ${ROUNDS * SWITCHES_PER_ROUND} switches; against the same without`,
  async measure() {
    const platform = await startPlatform();
    try {
      await platform.ended(await platform.repository.push('v2'));
      const switching: Busy[] = [];
      const calm: Busy[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const begun = performance.now();
        switching.push(await under(platform, () => switchOften(platform)));
        const took = performance.now() - begun;
        calm.push(await under(platform, () => new Promise((resolve) => setTimeout(resolve, took))));
      }
      return figures(switching, calm);
    } finally {
      await platform.stop();
    }
  },
};

async function under({ port, authority }: BenchPlatform, work: () => Promise<unknown>): Promise<Busy> {
  const busy = busyConnections({ port, authority, kept: KEPT, fresh: NEW });
  try {
    await work();
  } finally {
    await busy.end();
  }
  return busy.seen;
}

/** Each is asked for as soon as the one before is proven. */
async function switchOften({ api, app, settled }: BenchPlatform): Promise<void> {
  for (let i = 0; i < SWITCHES_PER_ROUND; i++) {
    const wish = { release: (i % 2) + 1, by: 'bench' };
    const { id } = await api.call<ChangeView>('POST', `${app}/activate`, wish);
    await settled(id);
  }
}

function figures(switching: readonly Busy[], calm: readonly Busy[]): Figure[] {
  const sum = (rounds: readonly Busy[], of: (round: Busy) => number) =>
    rounds.reduce((total, round) => total + of(round), 0);
  const answers = ({ by }: Busy) => [...by.values()].reduce((total, times) => total + times, 0);
  const without = 'without switches';
  const compared = (what: string, unit: string, of: (round: Busy) => number): Figure => ({
    what,
    unit,
    ours: median(switching.map(of)),
    baseline: { what: `(${without})`, value: median(calm.map(of)) },
  });
  const answered = sum(switching, answers);
  const first = switching.flatMap(({ dropped }) => dropped)[0];
  return [
    {
      what: `requests dropped of ${answered.toLocaleString('en')}${first === undefined ? '' : ` (${first})`}`,
      unit: '',
      ours: sum(switching, ({ dropped }) => dropped.length),
      baseline: { what: `(${without})`, value: sum(calm, ({ dropped }) => dropped.length) },
      goal: { of: 'ours', atMost: 0 },
    },
    {
      what: 'releases that answered in a round, least',
      unit: '',
      ours: Math.min(...switching.map(({ by }) => by.size)),
      goal: { of: 'ours', atLeast: 2 },
    },
    compared('p99 of a request', 'ms', ({ latenciesMs }) => percentile(latenciesMs, 0.99)),
    compared('p50 of a request', 'ms', ({ latenciesMs }) => median(latenciesMs)),
    compared('slowest request', 'ms', ({ latenciesMs }) => percentile(latenciesMs, 1)),
  ];
}
