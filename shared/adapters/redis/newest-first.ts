import type { Connection } from './connection.ts';

/** Milliseconds since 1970, both included. */
interface Span {
  readonly since: number;
  readonly until: number;
}

/** The records of an index that are of this time, newest first, in batches: none is read further than is needed. */
export async function* newestFirst(
  redis: Connection,
  index: string,
  { since, until: last }: Span,
  limit: number,
): AsyncGenerator<readonly string[]> {
  let until = last;
  const given = new Set<string>();
  for (let count = limit + 1; ; count = Math.min(2 * count, MOST_AT_ONCE + given.size)) {
    const options = { BY: 'SCORE', REV: true, LIMIT: { offset: 0, count } } as const;
    const batch = await redis.run((client) =>
      client.zRangeWithScores(index, bound(until), bound(since), options),
    );
    // By place, not by number: what leaves the index meanwhile moves none of the others.
    until = batch.at(-1)?.score ?? until;
    yield batch.map(({ value }) => value).filter((record) => !given.has(record));
    for (const { value } of batch) given.add(value);
    if (batch.length < count) return;
  }
}

/** Records asked of an index at once. */
const MOST_AT_ONCE = 1000;

const bound = (time: number) => (time === Infinity ? '+inf' : time === -Infinity ? '-inf' : time);
