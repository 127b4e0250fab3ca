import type { Change } from '../../shared/domain/change.ts';
import { DeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import { ownEvent } from '../../shared/domain/events.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { isPastTelling } from './decide.ts';
import { eventOf, noticesOf } from './decide-notices.ts';

type Needs = Pick<Ports, 'store' | 'cluster' | 'events' | 'clock'>;

/**
 * Writes down what the App's destinations are to be told: each then has its own attempts, and waits for no other. Gives why it has
 * to be tried again. An App that cannot be read names no destination.
 */
export async function writeNotices(
  ports: Needs,
  change: Change,
  log: Logger,
): Promise<RetryableError | undefined> {
  if (eventOf(change) === undefined) return undefined;
  try {
    await write(ports, change);
  } catch (err) {
    if (!(err instanceof RetryableError || err instanceof InvalidError)) throw err;
    const isGivenUp = err instanceof DeniedError && isPastTelling(change, ports.clock());
    if (err instanceof RetryableError && !isGivenUp) return err;
    log.warn({ err, change: change.id }, 'its destinations cannot be read');
  }
  return undefined;
}

async function write({ store, cluster, events, clock }: Needs, change: Change): Promise<void> {
  for (const notice of noticesOf(change, await cluster.getApp(change.app), clock())) {
    const there = (await store.getNotice(notice.id)) ?? (await store.saveNotice(notice));
    // Told before: this is a repetition.
    if (there.state === 'pending')
      await events.emit(ownEvent('dev.cite.notice.written', { notice: there.id }));
  }
}
