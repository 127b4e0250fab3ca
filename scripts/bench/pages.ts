import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from './child.ts';
import type { Bench, Figure } from './figure.ts';
import type { Usage } from './in-child.ts';
import { percentile } from './statistics.ts';

const APPS = 1000;
const REQUESTS = 100;
const VIEWERS = 200;
const WATCHED_MS = 10_000;
/** Of issue 6: server time of a page at the 95th percentile, its size on the wire, and what 200 open pages cost. */
const GOAL = { ms: 100, kilobytes: 60, cores: 1 };

export const pages: Bench = {
  name: 'pages',
  title: `pages of the console over ${APPS.toLocaleString('en')} Apps; against one listing of them`,
  async measure() {
    const dir = mkdtempSync(join(tmpdir(), 'cite-bench-'));
    const start = (bare: boolean) =>
      startChild<{ url: string }, object, Usage>('./pages-process.ts', { dir, apps: APPS, bare });
    try {
      const ours = await start(false);
      const bare = await start(true);
      try {
        const home = await times(`${ours.ready.url}/`);
        const listing = await times(`${bare.ready.url}/`);
        const app = await times(`${ours.ready.url}/apps/team-1/app-501`);
        const wire = await ask(`${ours.ready.url}/`, { 'accept-encoding': 'gzip' });
        const cores = await watched(ours, (i) => `/apps/team-${i % 5}/app-${i}`);
        const oneForAll = await watched(ours, () => '/');
        const baseline = { what: 'listing', value: percentile(listing, 0.95) };
        const goal = { of: 'ours', atMost: GOAL.ms } as const;
        return [
          { what: 'home, p95', unit: 'ms', ours: percentile(home, 0.95), baseline, goal },
          { what: 'an App, p95', unit: 'ms', ours: percentile(app, 0.95), baseline, goal },
          {
            what: 'home on the wire, gzip',
            unit: 'KB',
            ours: wire.bytes / 1000,
            goal: { of: 'ours', atMost: GOAL.kilobytes },
          },
          ...viewers(`${VIEWERS} viewers of as many Apps`, cores),
          ...viewers(`${VIEWERS} viewers of home`, oneForAll),
        ];
      } finally {
        await Promise.all([ours.stop(), bare.stop()]);
      }
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

const viewers = (what: string, ours: number): Figure[] => [
  { what, unit: 'cores', ours, goal: { of: 'ours', atMost: GOAL.cores } },
];

async function times(url: string): Promise<number[]> {
  const took: number[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    const begun = performance.now();
    await ask(url);
    took.push(performance.now() - begun);
  }
  return took;
}

async function ask(url: string, headers: Record<string, string> = {}): Promise<{ bytes: number }> {
  const req = request(url, { headers: { accept: 'text/html', ...named(url), ...headers } }).end();
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  if (res.statusCode !== 200) throw new Error(`${url} answers ${res.statusCode}`);
  let bytes = 0;
  for await (const part of res) bytes += (part as Buffer).length;
  return { bytes };
}

/** The console of one machine answers by this name alone. */
const named = (url: string) => ({ host: `localhost:${new URL(url).port}` });

/** Cores that the console uses while that many pages are open, and nothing changes. */
async function watched(
  console: { readonly ready: { readonly url: string }; ask(question: object): Promise<Usage> },
  path: (viewer: number) => string,
): Promise<number> {
  const { url } = console.ready;
  const streams = Array.from({ length: VIEWERS }, (_, i) =>
    request(url + path(i), { headers: { accept: 'text/event-stream', ...named(url) } }).end(),
  );
  for (const stream of streams) stream.on('response', (res) => res.resume()).on('error', () => undefined);
  await sleep(2 * 1000);
  const before = (await console.ask({})).cpuMs;
  await sleep(WATCHED_MS);
  const cpuMs = (await console.ask({})).cpuMs - before;
  for (const stream of streams) stream.destroy();
  return cpuMs / WATCHED_MS;
}
