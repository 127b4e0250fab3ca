import type { App } from '../../shared/domain/app.ts';
import { InvalidError } from '../../shared/domain/errors.ts';
import { begunElsewhere, tickOf } from '../../shared/domain/turn.ts';
import type { HookDelivery } from '../../shared/ports/code-host.ts';
import type { Config } from '../../shared/runtime/config.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { tellApp } from '../../shared/runtime/tell-app.ts';
import { decideRedeliveries, KEPT_MS, lostWhy, mayBeLost } from './decide-redelivery.ts';
import { Outage } from './outage.ts';

type Needs = Pick<Ports, 'store' | 'cluster' | 'codeHost' | 'clock'> & {
  readonly config: Config<'WEBHOOK_URL'>;
};

/** Of one tick: 600 requests an hour at most. */
const MOST_REDELIVERIES = 50;

/**
 * Deliveries that never came, or that the store has lost, are asked for again: once per repository, however many Apps
 * follow it, and until that time: what was asked for by then is on its way. A code host that is down stops nothing else.
 * Gives how many.
 */
export async function replayDeliveries(
  ports: Needs,
  apps: readonly App[],
  until: Date,
  log: Logger,
): Promise<number> {
  const living = apps.filter((app) => !app.deleting);
  const outage = new Outage();
  let count = 0;
  for (const [repository, own] of Map.groupBy(living, ({ spec }) => spec.repository.toLowerCase())) {
    if (count >= MOST_REDELIVERIES || ports.clock() > until) break;
    try {
      count += await replay(ports, own, MOST_REDELIVERIES - count, until, log);
      outage.answered();
    } catch (err) {
      log.warn({ err, repository }, 'its deliveries cannot be looked at');
      if (outage.isSeenIn(err)) break;
    }
  }
  return count;
}

async function replay(
  ports: Needs,
  apps: readonly App[],
  most: number,
  until: Date,
  log: Logger,
): Promise<number> {
  const { codeHost, store, clock, config } = ports;
  const repository = apps[0]?.spec.repository ?? '';
  const since = new Date(clock().getTime() - KEPT_MS);
  const all = await codeHost.listHookDeliveries(repository, config.WEBHOOK_URL, since);
  const lost = [];
  for (const delivery of all.filter(mayBeLost))
    if (!(await store.getDelivery(delivery.id))) lost.push(delivery);
  // Begun elsewhere each time: those that the code host refuses to send are no older tomorrow, and hide no other.
  const again = begunElsewhere(decideRedeliveries(lost, clock()), tickOf(clock())).slice(0, most);
  const sent: HookDelivery[] = [];
  try {
    for (const delivery of again) {
      if (clock() > until) break;
      if (await isSentAgain(ports, repository, delivery, log)) sent.push(delivery);
    }
  } finally {
    await tellOf(sent, ports, apps, repository, log);
  }
  return sent.length;
}

/** One that is refused (GitHub keeps it no longer, its webhook was made anew) says nothing of the others. */
async function isSentAgain(
  { codeHost }: Needs,
  repository: string,
  delivery: HookDelivery,
  log: Logger,
): Promise<boolean> {
  try {
    await codeHost.redeliver(repository, delivery);
    return true;
  } catch (err) {
    if (!(err instanceof InvalidError)) throw err;
    log.warn({ err, repository, delivery: delivery.id }, 'it is not sent again');
    return false;
  }
}

async function tellOf(
  sent: readonly HookDelivery[],
  ports: Needs,
  apps: readonly App[],
  repository: string,
  log: Logger,
): Promise<void> {
  const [first] = sent;
  if (!first) return;
  const what = sent.length === 1 ? 'A webhook' : `${sent.length} webhooks`;
  for (const app of apps)
    await tellApp({ ...ports, log }, app, {
      id: `replayed/${repository}/${first.attempt}`,
      type: 'Warning',
      reason: 'WebhooksReplayed',
      message: `${what} of ${repository} did not come (${lostWhy(sent)}): asked to be sent again.`,
    });
}
