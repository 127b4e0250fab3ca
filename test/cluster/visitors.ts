import { Agent, request } from 'node:http';
import { setInterval } from 'node:timers/promises';
import type { App } from '../e2e/app.ts';
import { GATEWAY } from './machine.ts';

export interface Visits {
  readonly count: number;
  readonly seconds: number;
  /** What was answered, and how often. */
  readonly versions: ReadonlyMap<string, number>;
  readonly failures: readonly string[];
}

const TICK_MS = 10;

/**
 * So many requests a second to the App's URL, whether those before were answered or not: a stall hides nothing. What
 * the visitors' own process misses of its ticks it makes up for.
 */
export function visitorsOf(app: App, perSecond: number): { leave(): Promise<Visits> } {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const versions = new Map<string, number>();
  const failures: string[] = [];
  const open = new Set<Promise<void>>();
  const ending = new AbortController();
  const began = performance.now();
  let count = 0;

  const visit = async () => {
    const seen = await get(app.host, agent).catch((err: Error) => ({ status: 0, text: err.message }));
    if (seen.status === 200) versions.set(seen.text, (versions.get(seen.text) ?? 0) + 1);
    else failures.push(`${Math.round(performance.now() - began)} ms: ${seen.status} ${seen.text}`);
  };
  const coming = (async () => {
    for await (const _ of setInterval(TICK_MS, undefined, { signal: ending.signal })) {
      const due = ((performance.now() - began) / 1000) * perSecond;
      for (; count < due; count++) {
        const one: Promise<void> = visit().then(() => void open.delete(one));
        open.add(one);
      }
    }
  })().catch(() => undefined);

  return {
    async leave() {
      ending.abort();
      await coming;
      await Promise.all(open);
      agent.destroy();
      return { count, seconds: (performance.now() - began) / 1000, versions, failures };
    },
  };
}

function get(host: string, agent: Agent): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request({ host: GATEWAY, port: 80, headers: { host }, agent, timeout: 20_000 }, (res) => {
      res.toArray().then((parts) => {
        resolve({ status: res.statusCode ?? 0, text: Buffer.concat(parts).toString().trim() });
      }, reject);
    })
      .once('timeout', function (this: { destroy(err: Error): void }) {
        this.destroy(new Error('no answer in 20 s'));
      })
      .once('error', reject)
      .end();
  });
}
