import type { App, AppRef } from './app.ts';
import { isUnproven, type Service, type Workload } from './workload.ts';

/** No two clocks of a platform are so far apart: a later time was not written by it. */
const AHEAD_MS = 3_600_000;

/** What becomes of one Workload, and the reason that a person is shown. */
export interface SweepAction {
  readonly app: AppRef;
  readonly release: number;
  readonly action: 'keep' | 'start clock' | 'scale down' | 'delete';
  readonly reason: string;
}

/** The facts about one App's Workloads. `workloads` was read before `service`: a switch in between is then seen (DESIGN §6). */
export interface SweepFacts {
  /** Undefined: the App is gone, and its Workloads were left behind. */
  readonly app: Pick<App, 'spec' | 'lastRelease'> | undefined;
  readonly service: Pick<Service, 'live' | 'previous'> | undefined;
  readonly workloads: readonly Workload[];
  readonly now: Date;
}

/**
 * A Workload past its retention that nothing selects is first scaled to 0 and then, beyond the last releases, deleted.
 * One that is live, standby within its retention, pinned or claimed is left alone (invariant 2).
 */
export function planSweep(facts: SweepFacts): SweepAction[] {
  const newestFirst = facts.workloads.toSorted((a, b) => b.release.number - a.release.number);
  const retired = newestFirst.filter((w) => w.replicas === 0 && keptWhy(w, facts) === undefined);
  return newestFirst.map((workload) => {
    const { app } = workload;
    const release = workload.release.number;
    const why = keptWhy(workload, facts);
    if (why !== undefined) return { app, release, action: 'keep', reason: `kept: ${why}` };
    return { app, release, ...retire(workload, retired.indexOf(workload), facts) };
  });
}

/** Why a Workload may not be touched; undefined: nothing needs it. */
function keptWhy(workload: Workload, { app, service }: SweepFacts): string | undefined {
  const { number } = workload.release;
  if (service?.live === number) return 'live';
  if (!app) return undefined;
  if (workload.outcome === 'deployed' && service?.live === undefined)
    return 'nothing is live: it may take over';
  if (workload.pinnedBy !== undefined) return `pinned by ${workload.pinnedBy}`;
  if (app.spec.hold?.release === number) return `asked for by ${app.spec.hold.by}`;
  if (workload.outcome === undefined && app.lastRelease?.number === number) return 'on its way to be live';
  return undefined;
}

function retire(
  workload: Workload,
  placeAmongRetired: number,
  { app, service, workloads, now }: SweepFacts,
): Pick<SweepAction, 'action' | 'reason'> {
  if (!app) {
    return workload.replicas > 0
      ? { action: 'scale down', reason: 'its App is gone' }
      : { action: 'delete', reason: 'its App is gone' };
  }
  if (workload.replicas === 0) {
    const { releases } = app.spec.retention;
    return placeAmongRetired < releases
      ? { action: 'keep', reason: `kept: one of the last ${releases} releases, at 0 pods` }
      : { action: 'delete', reason: `beyond the last ${releases} releases` };
  }
  if (workload.standbySince === undefined) {
    return { action: 'start clock', reason: 'not live, and nobody wrote since when' };
  }
  if (workload.standbySince.getTime() > now.getTime() + AHEAD_MS) {
    return { action: 'start clock', reason: 'on standby since a time that is yet to come' };
  }
  if (workload.outcome !== 'deployed') {
    return { action: 'scale down', reason: `${workload.outcome ?? 'abandoned'}: it never was live` };
  }
  const proving = workloads.some((w) => w.release.number === service?.live && isUnproven(w));
  if (proving && service?.previous === workload.release.number) {
    return { action: 'keep', reason: `kept: r${service.live} is not proven yet` };
  }
  const until = new Date(workload.standbySince.getTime() + app.spec.retention.standbySeconds * 1000);
  return now < until
    ? { action: 'keep', reason: `kept: standby until ${clockTime(until, now)}` }
    : { action: 'scale down', reason: `standby ended ${clockTime(until, now)}` };
}

/** `14:32`, with the date where it is another day; UTC, as all times of the platform. */
function clockTime(time: Date, now: Date): string {
  const iso = time.toISOString();
  const hours = iso.slice(11, 16);
  return iso.slice(0, 10) === now.toISOString().slice(0, 10) ? hours : `${iso.slice(0, 10)} ${hours}`;
}
