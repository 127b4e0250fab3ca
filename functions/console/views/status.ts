import type { App } from '../../../shared/domain/app.ts';
import { brokenIn } from '../../../shared/domain/standby-check.ts';
import type { Needs } from '../needs.ts';
import { known, partOf, reasonsOf } from './part.ts';
import { knownRateLimit } from './rate-limit.ts';
import { listWebhooks } from './webhook.ts';

/**
 * How the platform is: what is under way, what got stuck, and whether it hears and may speak. What is undefined is not
 * known now: `away` says why.
 */
export async function gatherStatus(ports: Needs) {
  const { cluster, store, clock } = ports;
  const [apps, open, unjudged, pending, letters, rateLimit] = await Promise.all([
    partOf(cluster.listApps()),
    partOf(store.listChanges({ open: true })),
    partOf(store.unjudgedDeliveries(clock())),
    partOf(store.pendingMessages()),
    partOf(store.listDeadLetters()),
    knownRateLimit(ports),
  ]);
  const found = known(apps);
  const webhooks = found && (await listWebhooks(ports, found));
  const parts = [apps, open, unjudged, pending, letters, rateLimit, ...(webhooks?.parts ?? [])];
  return {
    away: reasonsOf(parts),
    apps: found,
    brokenStandbys: found?.flatMap(brokenStandby),
    open: known(open),
    unjudged: known(unjudged),
    pending: known(pending),
    letters: known(letters),
    webhooks,
    rateLimit: known(rateLimit),
    isLimitKnown: 'value' in rateLimit,
  };
}

function brokenStandby({ namespace, name, status }: App) {
  const standby = brokenIn(status.rollback);
  // It may have become another one since it was asked.
  return standby === undefined || standby !== status.standby ? [] : [{ namespace, name, standby }];
}
