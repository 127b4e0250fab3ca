import type { App } from '../../../shared/domain/app.ts';
import { brokenIn } from '../../../shared/domain/standby-check.ts';
import type { Needs } from '../needs.ts';

/** How the platform is: what is under way and what got stuck. */
export async function gatherStatus({ cluster, store, clock }: Needs) {
  const [apps, open, unjudged, pending, letters] = await Promise.all([
    cluster.listApps(),
    store.listChanges({ open: true }),
    store.unjudgedDeliveries(clock()),
    store.pendingMessages(),
    store.listDeadLetters(),
  ]);
  return { apps, brokenStandbys: apps.flatMap(brokenStandby), open, unjudged, pending, letters };
}

function brokenStandby({ namespace, name, status }: App) {
  const standby = brokenIn(status.rollback);
  // It may have become another one since it was asked.
  return standby === undefined || standby !== status.standby ? [] : [{ namespace, name, standby }];
}
