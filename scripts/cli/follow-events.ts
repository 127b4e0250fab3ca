import { setTimeout } from 'node:timers/promises';
import { ApiFailure, type Client, query } from './client.ts';
import { AWAY_MS, isAway } from './follow.ts';
import { lines } from './lines.ts';
import { serverSent } from './server-sent.ts';

/** Before a stream that ended is resumed; the platform ends each after some minutes. */
const PAUSE_MS = 1000;

export interface EventQuery {
  readonly app?: string | undefined;
  readonly repository?: string | undefined;
  /** Milliseconds since 1970. */
  readonly after: number;
  readonly follow: boolean;
}

/** The data of each event, none of them lost or told twice, however often the connection breaks. */
export async function* followEvents(api: Client, { after, ...wanted }: EventQuery): AsyncGenerator<string> {
  let [last, answeredAt] = [`${after}`, 0];
  for (;;) {
    try {
      const parts = api.stream(`/api/events${query({ ...wanted, after: last })}`);
      for await (const { event, id, data } of serverSent(lines(parts))) {
        if (event === 'final') return;
        if (data !== undefined) yield data;
        last = id ?? last;
        answeredAt = Date.now();
      }
      answeredAt = Date.now();
    } catch (err) {
      const mayComeBack = wanted.follow && err instanceof ApiFailure && isAway(err);
      if (!mayComeBack || Date.now() > answeredAt + AWAY_MS) throw err;
    }
    await setTimeout(PAUSE_MS);
  }
}
