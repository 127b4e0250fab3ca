import type { App } from '../../shared/domain/app.ts';
import { DeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import type { CiteEvent } from '../../shared/domain/events.ts';
import { isRemembered, type Workload } from '../../shared/domain/workload.ts';
import type { Config } from '../../shared/runtime/config.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { decide, PATIENCE_MS } from './decide.ts';
import { replayDeliveries } from './replay-deliveries.ts';
import { troubledTurn, turnOf } from './turn.ts';

type Needs = Pick<Ports, 'store' | 'cluster' | 'codeHost' | 'events' | 'clock' | 'log'> & {
  readonly config: Config<'WEBHOOK_URL'>;
};

const MAX_CHANGES = 1000;

/** The safety net: nobody waits for an event alone. */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (_event, log) => {
      const { cluster, store } = ports;
      const now = ports.clock();
      const apps = await cluster.listApps();
      const turn = turnOf(apps, now);
      const workloads = await cluster.listWorkloads();
      const events = decide({
        apps,
        workloads,
        services: await cluster.listServices(),
        openChanges: await store.listChanges({ open: true, limit: MAX_CHANGES }),
        runningBuilds: await store.listRunningBuilds(),
        unjudged: await store.unjudgedDeliveries(new Date(now.getTime() - PATIENCE_MS)),
        pending: await store.pendingMessages(),
        newHeads: await newHeads(ports, turn, workloads, log),
        lostReleases: await lostReleases(ports, turn, workloads),
        turn: [...turn, ...troubledTurn(apps, now)],
        now,
      });
      const failed = await emitAll(ports, events, log);
      // Last: it takes the longest, and what was found above does not wait for it.
      const replayed = await replayDeliveries(ports, turn, log);
      log.info({ apps: apps.length, events: events.length, failed, replayed }, 'resync');
    },
);

/** One event that cannot be sent stops no other: each of them is somebody's only hope. */
async function emitAll({ events }: Needs, all: readonly CiteEvent[], log: Logger): Promise<number> {
  let failed = 0;
  for (const event of all) {
    try {
      await events.emit(event);
    } catch (err) {
      failed++;
      log.error({ err, type: event.type, subject: event.subject }, 'could not be sent');
    }
  }
  return failed;
}

/** After a loss of the store: how a Release ended may have been told to nobody. */
async function lostReleases(
  { store, clock }: Needs,
  apps: readonly App[],
  workloads: readonly Workload[],
): Promise<readonly App[]> {
  const lost: App[] = [];
  for (const app of apps) {
    const own = workloads.filter(
      (workload) => workload.app.namespace === app.namespace && workload.app.name === app.name,
    );
    for (const workload of own)
      if (isRemembered(workload, clock()) && !(await store.getChange(workload.release.change))) {
        lost.push(app);
        break;
      }
  }
  return lost;
}

/** Apps whose branch's head is known by no Change: its push was lost. A code host that is down stops nothing else. */
async function newHeads(
  ports: Needs,
  apps: readonly App[],
  workloads: readonly Workload[],
  log: Logger,
): Promise<readonly App[]> {
  const found: App[] = [];
  for (const app of apps) {
    if (app.deleting) continue;
    try {
      if (await isNewHead(ports, app, workloads)) found.push(app);
    } catch (err) {
      // The rights on one repository say nothing of the others'.
      const isItsOwn = err instanceof DeniedError && err.right !== undefined;
      if (err instanceof RetryableError && !isItsOwn) {
        log.warn({ err }, 'the code host is not there: heads are looked at in the next round');
        return found;
      }
      if (!(err instanceof InvalidError || isItsOwn)) throw err;
      log.warn({ err, app: `${app.namespace}/${app.name}` }, 'its branch cannot be read');
    }
  }
  return found;
}

async function isNewHead(
  { codeHost, store }: Needs,
  app: App,
  workloads: readonly Workload[],
): Promise<boolean> {
  const head = await codeHost.branchHead(app.spec.repository, app.spec.branch);
  if (!head) return false;
  // A release that got its number but no Workload, and whose Change the store lost, is nobody's.
  const isThere = workloads.some(
    ({ app: { namespace, name }, release }) =>
      namespace === app.namespace && name === app.name && release.number === app.lastRelease?.number,
  );
  if (head.sha === app.lastRelease?.commit && isThere) return false;
  const [known] = await store.listChanges({ app: app.uid, commit: head.sha, limit: 1 });
  if (!known) return true;
  if (!known.verdict || !app.lastRelease) return false;
  // Forced back to a commit of before: what was known of that was before the newest release.
  const newest = await store.getChange(app.lastRelease.change);
  return newest !== undefined && known.openedAt < newest.openedAt;
}
