import { type Change, stalledReason } from '../domain/change.ts';
import { ConflictError, DeniedError, RetryableError } from '../domain/errors.ts';
import { ledger } from './ledger.ts';
import type { Ports } from './ports.ts';

type Needs = Pick<Ports, 'store' | 'events' | 'clock' | 'log'>;

/**
 * A step of Changes, as they were read. While the broker tries it again, which takes minutes, they say why; the same
 * reason once more writes nothing. A lost compare-and-set is over before anybody could read of it.
 */
export async function sayingWhyItWaits<T>(
  ports: Needs,
  changes: readonly Change[],
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (err) {
    if (err instanceof RetryableError && !(err instanceof ConflictError))
      for (const change of changes) await say(ports, change, err);
    throw err;
  }
}

async function say(ports: Needs, change: Change, err: RetryableError): Promise<void> {
  if (change.state === 'ended') return;
  const what = err instanceof DeniedError ? `${err.message} It goes on by itself.` : err.message;
  try {
    await ledger(ports).advance(change, { state: change.state, reason: stalledReason(change, what) });
  } catch (failed) {
    // Somebody else has written meanwhile, or the store is what is away: the first error is the one to be told.
    ports.log.info({ err: failed, change: change.id }, 'why it waits could not be written');
  }
}
