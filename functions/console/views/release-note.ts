import type { StandbyCheck } from '../../../shared/domain/standby-check.ts';
import { isReady, type Workload } from '../../../shared/domain/workload.ts';
import { ago, shownTime } from '../shown-time.ts';
import type { ReleaseState } from './release-state.ts';

export interface NoteFacts {
  readonly workload: Workload;
  readonly state: ReleaseState;
  /** The App's retention. */
  readonly standbySeconds: number;
  /** What was last found of it as a standby. */
  readonly check: StandbyCheck | undefined;
  readonly now: Date;
}

/** The state in a few words, its time included. */
export function releaseNote(facts: NoteFacts): string {
  const { workload, state } = facts;
  switch (state) {
    case 'live':
    case 'superseded':
      return `${state}, ${pods(workload)}`;
    case 'starting':
      return workload.blocked ?? `starting, ${pods(workload)}`;
    case 'failed':
    case 'cancelled':
      return state;
    case 'retired':
      return 'retired, 0 pods; activating it starts it';
    case 'standby':
      return `standby ${standbyNote(facts)}`;
  }
}

function standbyNote({ workload, standbySeconds, check, now }: NoteFacts): string {
  const { pinnedBy, standbySince } = workload;
  if (pinnedBy === undefined && !standbySince) return `on its way to be live, ${pods(workload)}`;
  const until =
    pinnedBy === undefined && standbySince
      ? `until ${shownTime(new Date(standbySince.getTime() + standbySeconds * 1000))}`
      : `pinned by ${pinnedBy}`;
  return `${until}, ${whetherReady(workload, check, now)}`;
}

/** The check tells, unless its pods say otherwise by now. */
function whetherReady(workload: Workload, check: StandbyCheck | undefined, now: Date): string {
  if (!check) return `${pods(workload)}, not checked yet`;
  const checked = `checked ${ago(check.at, now)} ago`;
  if (check.fault !== undefined) return `would not take over: ${check.fault}, ${checked}`;
  return isReady(workload) ? `rollback ready, ${checked}` : `${pods(workload)}, was ready when ${checked}`;
}

const pods = ({ available, replicas }: Workload) => `${available} of ${replicas} pods ready`;
