import { Agent, request } from 'node:http';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { answer, given } from '../bench/in-child.ts';
import { releaseOf } from './app.ts';
import type { Crowd, Failure, Seen, Visits } from './visits.ts';

/** Who is asked no sooner than this has lost patience, and the visit counts as dropped. */
const PATIENCE_MS = 30_000;
const US = 1000;
/** Of a long answer, at most; half of it at least. */
const LONG_MS = 6000;

/** Where every name leads, and who comes. */
export interface Crowds {
  readonly door: { readonly host: string; readonly port: number };
  readonly crowds: readonly Crowd[];
}

interface Counts {
  readonly crowd: Crowd;
  count: number;
  readonly releases: Record<number, number>;
  readonly latency: RecordableHistogram;
}

const { door, crowds } = given<Crowds>();
const origin = `http://${door.host}:${door.port}`;
const failures: Failure[] = [];
let here = true;

/** Visits with connections that are kept. Not node:http's client: it would cost more than the gateway does. */
const kept = (crowd: Crowd) => {
  const patience = { headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS };
  const pool = new Pool(origin, { connections: crowd.visitors, pipelining: 1, ...patience });
  const headers = { host: crowd.authority };
  return async (path: string) => {
    const { statusCode, body } = await pool.request({ path, method: 'GET', headers });
    return { status: statusCode, text: await body.text() };
  };
};

const anew = (crowd: Crowd) => (path: string) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const agent = new Agent({ keepAlive: false });
    const options = { ...door, path, headers: { host: crowd.authority }, agent, timeout: PATIENCE_MS };
    const asking = request(options, (res) => {
      res.toArray().then((parts) => {
        resolve({ status: res.statusCode ?? 0, text: Buffer.concat(parts).toString() });
      }, reject);
    });
    asking
      .once('timeout', () => asking.destroy(new Error('no answer in time')))
      .once('error', reject)
      .end();
  });

function come(crowd: Crowd): { readonly counts: Counts; readonly gone: Promise<unknown> } {
  const counts: Counts = { crowd, count: 0, releases: {}, latency: createHistogram() };
  const { kind, authority, visitors, perSecond } = crowd;
  const ask = kind === 'new connection' ? anew(crowd) : kept(crowd);
  const everyMs = (visitors * 1000) / perSecond;
  const visit = async () => {
    const at = Date.now();
    const begun = performance.now();
    const ms = () => performance.now() - begun;
    const dropped = (error: string) =>
      failures.push({ kind, authority, at, ms: Math.round(ms()), error: error.slice(0, 200) });
    try {
      const path = kind === 'long' ? `/long?ms=${Math.round((LONG_MS / 2) * (1 + Math.random()))}` : '/';
      const { status, text } = await ask(path);
      const release = status === 200 ? releaseOf(text) : undefined;
      if (release === undefined) dropped(`${status} ${text}`);
      else {
        counts.releases[release] = (counts.releases[release] ?? 0) + 1;
        counts.latency.record(Math.max(1, Math.round(ms() * US)));
      }
    } catch (err) {
      dropped((err as NodeJS.ErrnoException).code ?? (err as Error).message);
    }
    counts.count++;
  };
  const visitor = async (_: unknown, place: number) => {
    // Not all at once.
    let due = performance.now() + (place * everyMs) / visitors;
    while (here) {
      const early = due - performance.now();
      if (early > 0) await sleep(early);
      await visit();
      // One that was kept waiting does not come the more often later.
      due = Math.max(due + everyMs, performance.now() - everyMs);
    }
  };
  return { counts, gone: Promise.all(Array.from({ length: visitors }, visitor)) };
}

const all = crowds.map(come);

const seen = ({ crowd, count, releases, latency }: Counts): Visits => ({
  kind: crowd.kind,
  authority: crowd.authority,
  count,
  releases,
  p50Ms: latency.percentile(50) / US,
  p99Ms: latency.percentile(99) / US,
  mostMs: latency.max / US,
});

/** Asked how it stands, or told to leave: then what is under way comes to its end first. */
answer(async (leave: { readonly leave: boolean }): Promise<Seen> => {
  if (leave.leave) {
    here = false;
    await Promise.all(all.map(({ gone }) => gone));
  }
  return { visits: all.map(({ counts }) => seen(counts)), failures: leave.leave ? failures : [] };
});
process.send?.({});
