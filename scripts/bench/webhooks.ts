import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisIsMissing, startRedis } from '../../test/contract/store/redis-server.ts';
import { recorded } from '../../test/support/github-examples.ts';
import { type Child, startChild } from './child.ts';
import type { Bench, Figure } from './figure.ts';
import type { Usage } from './in-child.ts';
import type { Answered, Load } from './load-process.ts';
import { median, percentile } from './statistics.ts';

const CONNECTIONS = 16;
const ROUNDS = 3;
const BUSY_S = 2;
const WARM_S = 1;
/** Far from what any of them can take: what is measured is the way of one webhook, not a queue. */
const CALM = { rate: 400, seconds: 1.5 };

interface Contender {
  readonly name: string;
  readonly process: Child<'usage', Usage> & { readonly ready: { readonly url: string } };
  readonly perSecond: number[];
  readonly cpuUs: number[];
  readonly busyP99: number[];
  readonly calmP99: number[];
  refused: number;
}

export const webhooks: Bench = {
  name: 'webhooks',
  title: `receiveWebhook, a push of ~8 KB, ${CONNECTIONS} connections; against bare node:http with the same HMAC`,
  async measure() {
    const dir = mkdtempSync(join(tmpdir(), 'cite-bench-'));
    const ends: (() => unknown)[] = [() => rmSync(dir, { recursive: true, force: true })];
    try {
      const secret = 'a secret of the bench alone';
      const sink = await startChild<{ url: string }, never, never>('./sink-process.ts');
      ends.push(sink.stop);
      const contender = async (name: string, file: `./${string}-process.ts`, more: object) => {
        const process = await startChild<{ url: string }, 'usage', Usage>(file, { secret, ...more });
        ends.push(process.stop);
        return { name, process, perSecond: [], cpuUs: [], busyP99: [], calmP99: [], refused: 0 };
      };
      const to = { sink: sink.ready.url };
      const file = join(dir, 'store.sqlite');
      const contenders: Contender[] = [
        await contender('bare', './floor-process.ts', {}),
        await contender('bare + event', './floor-process.ts', to),
        await contender('sqlite', './receiver-process.ts', { ...to, store: { file } }),
      ];
      if (!redisIsMissing) {
        const redis = await startRedis();
        ends.push(redis.stop);
        const store = { url: redis.url };
        contenders.push(await contender('redis', './receiver-process.ts', { ...to, store }));
      }
      const given = { secret, body: largestPush(), connections: CONNECTIONS };
      const load = await startChild<object, Load, Answered>('./load-process.ts', given);
      ends.push(load.stop);
      await inTurn(contenders, load);
      return figures(contenders);
    } finally {
      for (const end of ends.reverse()) await end();
    }
  },
};

async function inTurn(contenders: readonly Contender[], load: Child<Load, Answered>): Promise<void> {
  for (const { process } of contenders) await load.ask({ url: process.ready.url, seconds: WARM_S });
  for (let round = 0; round < ROUNDS; round++) {
    for (const contender of contenders) {
      const { process } = contender;
      const before = await process.ask('usage');
      const busy = await load.ask({ url: process.ready.url, seconds: BUSY_S });
      const after = await process.ask('usage');
      const calm = await load.ask({ url: process.ready.url, ...CALM });
      contender.perSecond.push(busy.accepted / busy.seconds);
      contender.cpuUs.push(((after.cpuMs - before.cpuMs) * 1000) / busy.accepted);
      contender.busyP99.push(percentile(busy.latenciesMs, 0.99));
      contender.calmP99.push(percentile(calm.latenciesMs, 0.99));
      contender.refused += busy.refused + calm.refused;
    }
  }
}

/** `bare` answers and does no more; `floor` sends one event too, as ours do. */
function figures([bare, floor, ...ours]: readonly Contender[]): Figure[] {
  if (!bare || !floor) throw new Error('nothing to compare with');
  return ours.flatMap((one): Figure[] => {
    const against = (baseline: Contender, of: 'perSecond' | 'cpuUs' | 'busyP99' | 'calmP99') => ({
      ours: median(one[of]),
      baseline: { what: `(${baseline.name})`, value: median(baseline[of]) },
    });
    const named = (what: string) => `${one.name}: ${what}`;
    return [
      { what: named('accepted per second'), unit: '/s', ...against(floor, 'perSecond') },
      { what: named('accepted per second'), unit: '/s', ...against(bare, 'perSecond') },
      { what: named('CPU of the process per webhook'), unit: 'µs', ...against(floor, 'cpuUs') },
      { what: named('p99, all connections busy'), unit: 'ms', ...against(floor, 'busyP99') },
      { what: named(`p99 at ${CALM.rate}/s`), unit: 'ms', ...against(floor, 'calmP99') },
      { what: named('not answered 2xx'), unit: '', ours: one.refused, goal: { of: 'ours', atMost: 0 } },
    ];
  });
}

function largestPush(): string {
  const bodies = recorded('push').map((push) => JSON.stringify(push));
  const [largest] = bodies.sort((a, b) => b.length - a.length);
  if (largest === undefined) throw new Error('there is no recorded push');
  return largest;
}
