import type { App, AppStatus } from './app.ts';
import { obstacle } from './obstacle.ts';
import { isStandby, type Workload } from './workload.ts';

export interface SummaryFacts {
  readonly app: Pick<App, 'spec' | 'status'>;
  /** The Release that the App's Service selects. */
  readonly live: number | undefined;
  readonly workloads: readonly Workload[];
}

/** What `kubectl get apps` prints of an App's Releases. */
export type AppSummary = Required<Pick<AppStatus, 'live' | 'standby' | 'commit' | 'state'>>;

export function summaryOf(facts: SummaryFacts): AppSummary {
  const live = facts.workloads.find(({ release }) => release.number === facts.live);
  const standbys = facts.workloads.filter((workload) => workload !== live && isStandby(workload));
  const newest = Math.max(0, ...standbys.map(({ release }) => release.number));
  return {
    live: name(facts.live),
    standby: name(newest || undefined),
    commit: live?.release.commit ?? '',
    state: stateOf(facts, live),
  };
}

/** Whether the App's status says it already. */
export function isTold({ app: { status } }: SummaryFacts, summary: AppSummary): boolean {
  const { live, standby, commit, state } = status;
  return (
    live === summary.live &&
    standby === summary.standby &&
    commit === summary.commit &&
    state === summary.state
  );
}

const name = (release: number | undefined) => (release === undefined ? '' : `r${release}`);

function stateOf({ app: { spec, status }, workloads }: SummaryFacts, live: Workload | undefined): string {
  const stopped = obstacle(status.conditions);
  if (stopped !== undefined) return stopped;
  if (spec.hold) return 'held';
  const next = workloads.find((workload) => workload.outcome === undefined && workload !== live);
  if (next) return `starting ${name(next.release.number)}`;
  return live ? 'live' : 'waiting';
}
