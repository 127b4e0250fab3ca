import type { App } from '../../shared/domain/app.ts';
import { DeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import type { Config } from '../../shared/runtime/config.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { tellApp } from '../../shared/runtime/tell-app.ts';
import { decideRedeliveries, KEPT_MS, lostWhy, mayBeLost } from './decide-redelivery.ts';

type Needs = Pick<Ports, 'store' | 'cluster' | 'codeHost' | 'clock'> & {
  readonly config: Config<'WEBHOOK_URL'>;
};

/** Of one tick: 600 requests an hour at most. */
const MOST_REDELIVERIES = 50;

/** Less than the function's time-out: the next round goes on, and what was asked for by then is on its way. */
const TIME_MS = 30_000;

/**
 * Deliveries that never came, or that the store has lost, are asked for again: once per repository, however many Apps
 * follow it. A code host that is down stops nothing else. Gives how many.
 */
export async function replayDeliveries(ports: Needs, apps: readonly App[], log: Logger): Promise<number> {
  const until = ports.clock().getTime() + TIME_MS;
  const living = apps.filter((app) => !app.deleting);
  let count = 0;
  for (const [repository, own] of Map.groupBy(living, ({ spec }) => spec.repository.toLowerCase())) {
    if (count >= MOST_REDELIVERIES || ports.clock().getTime() > until) break;
    try {
      count += await replay(ports, own, MOST_REDELIVERIES - count, log);
    } catch (err) {
      // The rights on one repository say nothing of the others'.
      const isItsOwn = err instanceof InvalidError || (err instanceof DeniedError && err.right !== undefined);
      if (!(isItsOwn || err instanceof RetryableError)) throw err;
      log.warn({ err, repository }, 'its deliveries cannot be looked at');
      if (!isItsOwn) break;
    }
  }
  return count;
}

async function replay(ports: Needs, apps: readonly App[], most: number, log: Logger): Promise<number> {
  const { codeHost, store, clock, config } = ports;
  const repository = apps[0]?.spec.repository ?? '';
  const since = new Date(clock().getTime() - KEPT_MS);
  const all = await codeHost.listHookDeliveries(repository, config.WEBHOOK_URL, since);
  const lost = [];
  for (const delivery of all.filter(mayBeLost))
    if (!(await store.getDelivery(delivery.id))) lost.push(delivery);
  const again = decideRedeliveries(lost, clock()).slice(0, most);
  for (const delivery of again) await codeHost.redeliver(repository, delivery);
  const [first] = again;
  if (!first) return 0;
  const what = again.length === 1 ? 'A webhook' : `${again.length} webhooks`;
  for (const app of apps)
    await tellApp({ ...ports, log }, app, {
      id: `replayed/${repository}/${first.attempt}`,
      type: 'Warning',
      reason: 'WebhooksReplayed',
      message: `${what} of ${repository} did not come (${lostWhy(again)}): asked to be sent again.`,
    });
  return again.length;
}
