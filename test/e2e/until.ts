import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/** Enough for a build and a start on a machine that is busy with other tests. */
const PATIENCE_MS = 30_000;
const POLL_MS = 120;

/** Looks at the world until it is as it should be, and gives what was seen; else says what was seen last. */
export async function until<T>(
  what: string,
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > end) {
      throw new Error(
        `${what}: not so after ${patienceMs / 1000} s; last seen: ${inspect(seen, { depth: 6 })}`,
      );
    }
    await sleep(POLL_MS);
  }
}
