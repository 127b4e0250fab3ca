import type { App } from '../../shared/domain/app.ts';
import { DeniedError, InvalidError } from '../../shared/domain/errors.ts';
import { rollbackWords, type StandbyCheck } from '../../shared/domain/standby-check.ts';
import { begunElsewhere, tickOf } from '../../shared/domain/turn.ts';
import { isReady, type Pod } from '../../shared/domain/workload.ts';
import type { AppEvent } from '../../shared/ports/cluster.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { type Answer, decide } from './decide.ts';
import { isIdle, type Standby, standbysOf } from './decide-standbys.ts';

type Needs = Pick<Ports, 'cluster' | 'store' | 'probe' | 'clock' | 'log'>;

/**
 * Apps whose standbys are asked at once, and seconds that a pod has for its answer: 1,000 that all are silent take 40 s, inside
 * the minute that the broker gives; 1,000 that answer take one or two (npm run bench -- standbys).
 */
const AT_ONCE = 50;
const PROBE_SECONDS = 2;
/** How long after its begin a tick still takes up an App: what is under way by then has its time inside that minute. */
const TIME_MS = 45_000;
/** Of one standby: what ten pods of one image answer, the others do. */
const PODS_ASKED = 10;

/** Asks every standby whether it would take over, so that one that broke says so before it is needed. Only words follow. */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (_event, log) => {
      const { cluster } = ports;
      const now = ports.clock();
      // Workloads before Services, as the sweep does: one that is switched to in between is then seen as live.
      const workloads = await cluster.listWorkloads();
      const services = await cluster.listServices();
      const apps = standbysOf({ apps: await cluster.listApps(), services, workloads });
      const all = begunElsewhere(apps, tickOf(now));
      let [missed, left] = [0, 0];
      await atOnce(all, async ({ app, standbys }) => {
        if (ports.clock().getTime() - now.getTime() > TIME_MS) {
          left++;
          return;
        }
        try {
          const checks: (StandbyCheck | undefined)[] = [];
          for (const standby of standbys) checks.push(await checkOf(ports, app, standby, log));
          const [newest] = checks;
          // The words are of the newest: where that gave no check, they stay until the next tick.
          if (standbys.length > 0 && !newest) return;
          const rollback = rollbackWords(newest);
          if (app.status.rollback !== rollback) await cluster.setAppStatus(app, { rollback });
        } catch (err) {
          // Rights or a Namespace that go stop no other; the next tick asks again.
          missed++;
          log.warn({ err, app: `${app.namespace}/${app.name}` }, 'its standbys could not be checked');
        }
      });
      const standbys = all.reduce((sum, one) => sum + one.standbys.length, 0);
      log.info({ apps: all.length, standbys, missed, left }, 'standbys probed');
    },
);

/** Each of them, so many at a time. */
async function atOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Undefined: it is no standby any more, or it changed while it was looked at: the next tick sees how. */
async function checkOf(
  ports: Needs,
  app: App,
  standby: Standby,
  log: Logger,
): Promise<StandbyCheck | undefined> {
  const { cluster, store } = ports;
  const release = standby.release.number;
  const pods = await cluster.listPods(app, release);
  const answers = isReady(standby) ? await ask(ports, standby, pods) : [];
  const before = await store.getStandbyCheck(app.uid, release);
  const { check, event } = decide({ app, standby, pods, answers, before, now: ports.clock() });
  if (check.fault !== undefined) {
    // One that was swept or claimed since it was listed has not broken, nor one that was just not ready yet.
    const now = await cluster.getWorkload(app, release);
    if (!now || !isIdle(now) || isReady(now) !== isReady(standby)) return undefined;
  }
  if (event) {
    log.info({ app: `${app.namespace}/${app.name}`, release, fault: check.fault }, event.reason);
    // Before the check: after a death in between it is told again, under the same id.
    await record(ports, app, event, log);
  }
  await store.saveStandbyCheck(check);
  return check;
}

/** Without the right, or room, for Events the check says it all the same. */
async function record({ cluster }: Needs, app: App, event: AppEvent, log: Logger): Promise<void> {
  try {
    await cluster.recordEvent(app, event);
  } catch (err) {
    if (!(err instanceof InvalidError || err instanceof DeniedError)) throw err;
    log.warn({ err, app: `${app.namespace}/${app.name}` }, 'the cluster refuses to record the Event');
  }
}

/** All at once, or a standby of many slow pods would cost the others their time. */
async function ask({ probe }: Needs, { readiness }: Standby, pods: readonly Pod[]): Promise<Answer[]> {
  const timeoutSeconds = Math.min(readiness.timeoutSeconds, PROBE_SECONDS);
  const asked = pods.filter(({ ready, address }) => ready && address).slice(0, PODS_ASKED);
  return Promise.all(
    asked.map(async ({ name, address }) => ({
      pod: name,
      fault: address && (await probe.fault(address, { ...readiness, timeoutSeconds })),
    })),
  );
}
