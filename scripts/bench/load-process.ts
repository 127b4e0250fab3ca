import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { answer, given } from './in-child.ts';

export interface Load {
  readonly url: string;
  readonly seconds: number;
  /** Webhooks per second, sent at their time whatever is still unanswered; absent: each connection sends all it can. */
  readonly rate?: number;
}

export interface Answered {
  readonly accepted: number;
  /** Answered with something else than 2xx, or not at all. */
  readonly refused: number;
  readonly seconds: number;
  /** From when it was to be sent until it was answered. */
  readonly latenciesMs: readonly number[];
}

/** GitHub's side: the same push again and again, each a delivery of its own. */
const { secret, body, connections } = given<{ secret: string; body: string; connections: number }>();
const payload = Buffer.from(body);
const signed = {
  'content-type': 'application/json',
  'user-agent': 'GitHub-Hookshot/bench',
  'x-github-event': 'push',
  'x-github-hook-id': '1',
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(payload).digest('hex')}`,
};
/** Not node:http's client: it costs more per request than the bare server does, and would be what is measured. */
const pools = new Map<string, Pool>();

async function send(url: string): Promise<number> {
  const pool = pools.get(url) ?? new Pool(url, { connections, pipelining: 1, keepAliveTimeout: 60_000 });
  pools.set(url, pool);
  const headers = { ...signed, 'x-github-delivery': randomUUID() };
  try {
    const { statusCode, body } = await pool.request({ path: '/', method: 'POST', headers, body: payload });
    await body.dump();
    return statusCode;
  } catch {
    return 0;
  }
}

async function run({ url, seconds, rate }: Load): Promise<Answered> {
  const latenciesMs: number[] = [];
  let refused = 0;
  const begun = performance.now();
  const end = begun + seconds * 1000;
  const one = async (at: number) => {
    const status = await send(url);
    latenciesMs.push(performance.now() - at);
    if (status < 200 || status > 299) refused++;
  };
  if (rate === undefined) {
    const connection = async () => {
      while (performance.now() < end) await one(performance.now());
    };
    await Promise.all(Array.from({ length: connections }, connection));
  } else {
    const under: Promise<void>[] = [];
    for (let at = begun; at < end; at += 1000 / rate) {
      const early = at - performance.now();
      if (early > 0) await sleep(early);
      under.push(one(at));
    }
    await Promise.all(under);
  }
  const took = (performance.now() - begun) / 1000;
  return { accepted: latenciesMs.length - refused, refused, seconds: took, latenciesMs };
}

answer(run);
process.send?.({});
