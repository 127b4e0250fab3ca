import { setTimeout as delay } from 'node:timers/promises';
import type { CodeHost, RateLimit } from '../../../shared/ports/code-host.ts';
import type { Needs } from '../needs.ts';
import { type Part, partOf } from './part.ts';

/** A page that is open is looked at every two seconds: GitHub does not count the question, but it answers it. */
const FRESH_MS = 30_000;
/** Longer no page waits for it: the next look has the answer. */
const PATIENCE_MS = 1500;
const NOT_YET: Part<RateLimit | undefined> = { away: 'GitHub has not answered yet' };

interface Asked {
  readonly at: number;
  readonly answer: Promise<Part<RateLimit | undefined>>;
}

const asked = new WeakMap<Needs['codeHost'], Asked>();

/** What the code host last said of its limit: it is asked twice a minute at most, whoever looks. */
export async function knownRateLimit({
  codeHost,
  clock,
}: Pick<Needs, 'codeHost' | 'clock'>): Promise<Part<RateLimit | undefined>> {
  const { answer } = fresh(codeHost, clock().getTime());
  return Promise.race([answer, delay(PATIENCE_MS, NOT_YET, { ref: false })]);
}

function fresh(codeHost: CodeHost, now: number): Asked {
  const known = asked.get(codeHost);
  if (known && now - known.at < FRESH_MS) return known;
  const question = { at: now, answer: partOf(codeHost.rateLimit()) };
  asked.set(codeHost, question);
  return question;
}

/** So little is left that Apps may soon wait for it. */
export const isLow = ({ limit, remaining }: RateLimit) => remaining * 10 < limit;
