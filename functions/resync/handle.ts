import type { App } from '../../shared/domain/app.ts';
import type { Change } from '../../shared/domain/change.ts';
import type { CiteEvent } from '../../shared/domain/events.ts';
import { tickOf } from '../../shared/domain/turn.ts';
import { isRemembered, type Workload } from '../../shared/domain/workload.ts';
import type { Config } from '../../shared/runtime/config.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { decide, headsFound, PATIENCE_MS } from './decide.ts';
import { newHeads } from './new-heads.ts';
import { replayDeliveries } from './replay-deliveries.ts';
import { codeHostTurn, troubledTurn, turnOf } from './turn.ts';

type Needs = Pick<Ports, 'store' | 'cluster' | 'codeHost' | 'events' | 'clock' | 'log'> & {
  readonly config: Config<'WEBHOOK_URL'>;
};

/** Of one tick. */
const MOST_CHANGES = 1000;

/** How long a tick asks the code host for heads, and then for redeliveries. */
const HEADS_MS = 20_000;
const REPLAY_MS = 20_000;
/**
 * And no longer than this after its begin: well inside the minute after which the broker begins it anew. A question that
 * is under way by then takes some seconds more.
 */
const MOST_MS = 48_000;

/** The safety net: nobody waits for an event alone. */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (_event, log) => {
      const { cluster, store } = ports;
      const now = ports.clock();
      const within = (milliseconds: number) =>
        new Date(Math.min(ports.clock().getTime() + milliseconds, now.getTime() + MOST_MS));
      const apps = await cluster.listApps();
      const turn = codeHostTurn(apps, now);
      const workloads = await cluster.listWorkloads();
      const events = decide({
        apps,
        workloads,
        services: await cluster.listServices(),
        openChanges: turnOf(await openChanges(ports), now, MOST_CHANGES),
        runningBuilds: await store.listRunningBuilds(),
        unjudged: await store.unjudgedDeliveries(new Date(now.getTime() - PATIENCE_MS), tickOf(now)),
        pending: await store.pendingMessages(tickOf(now)),
        notices: await store.pendingNotices(now, tickOf(now)),
        lostReleases: await lostReleases(ports, turn, workloads),
        turn: [...turn, ...troubledTurn(apps, now)],
        now,
      });
      let failed = await emitAll(ports, events, log);
      // Only now: what store and cluster tell does not wait for the code host.
      const heads = headsFound(await newHeads(ports, turn, workloads, within(HEADS_MS), log));
      failed += await emitAll(ports, heads, log);
      // Last: it takes the longest.
      const replayed = await replayDeliveries(ports, turn, within(REPLAY_MS), log);
      const emitted = events.length + heads.length;
      log.info({ apps: apps.length, events: emitted, failed, replayed }, 'resync');
    },
);

/** All of them, page by page. */
async function openChanges({ store }: Needs): Promise<readonly Change[]> {
  const all: Change[] = [];
  for (;;) {
    const last = all.at(-1);
    const page = await store.listChanges({
      open: true,
      limit: MOST_CHANGES,
      ...(last && { after: last }),
    });
    all.push(...page);
    if (page.length < MOST_CHANGES) return all;
  }
}

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
