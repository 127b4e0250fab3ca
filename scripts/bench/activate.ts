import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeView } from '../../functions/console/views/change.ts';
import { visit } from '../local/demo/visitors.ts';
import type { Bench, Figure } from './figure.ts';
import { type BenchPlatform, startPlatform } from './platform.ts';
import { percentile } from './statistics.ts';

const TIMES = 60;
const GOAL_MS = 1000;
const POLL_MS = 2;
const PATIENCE_MS = 10_000;

export const activate: Bench = {
  name: 'activate',
  title: `${TIMES} rollbacks back and forth, asked → first answer from the old release; against one GET of the App`,
  async measure() {
    const platform = await startPlatform();
    const agent = new Agent({ keepAlive: true });
    try {
      await platform.ended(await platform.repository.push('v2'));
      const took: number[] = [];
      const reads: number[] = [];
      for (let i = 0; i < TIMES; i++) {
        took.push(await back(platform, agent, (i % 2) + 1));
        const begun = performance.now();
        await platform.api.call('GET', platform.app);
        reads.push(performance.now() - begun);
      }
      return figures(took, reads);
    } finally {
      agent.destroy();
      await platform.stop();
    }
  },
};

/** Milliseconds until a visitor is answered by that release; then waits until the switch is proven. */
async function back(platform: BenchPlatform, agent: Agent, release: number): Promise<number> {
  const { api, app, port, authority } = platform;
  const begun = performance.now();
  const asked = api.call<ChangeView>('POST', `${app}/activate`, { release, by: 'bench' });
  const answered = (async () => {
    for (;;) {
      const { status, text } = await visit(port, authority, agent);
      const took = performance.now() - begun;
      if (status === 200 && text === `v${release}`) return took;
      if (took > PATIENCE_MS) throw new Error(`r${release} does not answer: ${status} ${text}`);
      await sleep(POLL_MS);
    }
  })();
  const [{ id }, took] = await Promise.all([asked, answered]);
  await platform.settled(id);
  return took;
}

function figures(took: readonly number[], reads: readonly number[]): Figure[] {
  const at = (part: number) => ({
    unit: 'ms',
    ours: percentile(took, part),
    baseline: { what: '(GET /api/apps/…)', value: percentile(reads, part) },
  });
  return [
    { what: 'first answer from the old release, p50', ...at(0.5) },
    { what: 'first answer from the old release, p99', ...at(0.99), goal: { of: 'ours', atMost: GOAL_MS } },
  ];
}
