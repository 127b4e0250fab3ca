import type { RedisArgument } from 'redis';
import type { Connection } from './connection.ts';
import { GRACE } from './keys.ts';

/** Records that are read at once: small enough for large bodies, large enough for few round trips. */
const BATCH = 25;

/** A record's indexes with its place in each. */
export type Places = readonly (readonly [index: string, place: number])[];

/**
 * The arguments that `write` in scripts.ts reads. It ends `kept` milliseconds after `since`; never, when `since` is
 * undefined.
 */
export function stored(
  value: RedisArgument,
  since: number | undefined,
  kept: number,
  places: Places = [],
): readonly RedisArgument[] {
  const over = since === undefined ? '' : String(since + kept);
  return [value, over, String(kept + GRACE), ...places.flat().map(String)];
}

/** The same for a value that is kept as JSON. */
export const written = (value: unknown, since: number | undefined, kept: number, places?: Places) =>
  stored(JSON.stringify(value), since, kept, places);

/** The first `limit` of these records that match, in their order; those that are gone are skipped. */
export async function collect<T>(
  redis: Connection,
  records: readonly string[],
  limit: number,
  matches: (record: T) => boolean = () => true,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let from = 0; from < records.length && found.length < limit; from += BATCH) {
    const batch = records.slice(from, from + BATCH);
    const rows = await redis.run((client) =>
      Promise.all(batch.map((record) => client.hmGet(record, ['value', 'judgement']))),
    );
    for (const row of rows) {
      const record = parse<T>(row);
      if (record !== undefined && matches(record)) found.push(record);
    }
  }
  return found.slice(0, limit);
}

export async function readRecord<T>(redis: Connection, record: string): Promise<T | undefined> {
  const [found] = await collect<T>(redis, [record], 1);
  return found;
}

/** A Delivery's judgement has a field of its own, so that judging does not write the body again. */
function parse<T>([value, judgement]: readonly (string | null)[]): T | undefined {
  if (value == null) return undefined;
  const record = JSON.parse(value) as T;
  return judgement == null ? record : { ...record, judgement: JSON.parse(judgement) };
}
