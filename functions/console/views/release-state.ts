import type { Workload } from '../../../shared/domain/workload.ts';
import { shownTime } from '../shown-time.ts';

export const releaseStates = [
  'live',
  'starting',
  'standby',
  'retired',
  'superseded',
  'failed',
  'cancelled',
] as const;

export interface ReleaseState {
  readonly state: (typeof releaseStates)[number];
  /** The state in a few words, its time included. */
  readonly note: string;
}

/** How one release stands, from what the cluster knows of it: `live` is the release that the Service selects. */
export function releaseState(
  workload: Workload,
  live: number | undefined,
  standbySeconds: number,
): ReleaseState {
  if (workload.release.number === live) return { state: 'live', note: `live, ${pods(workload)}` };
  if (workload.outcome === undefined) {
    return { state: 'starting', note: workload.blocked ?? `starting, ${pods(workload)}` };
  }
  if (workload.outcome === 'failed' || workload.outcome === 'cancelled') {
    return { state: workload.outcome, note: workload.outcome };
  }
  if (workload.replicas === 0) return { state: 'retired', note: 'retired, 0 pods; activating it starts it' };
  if (workload.outcome === 'superseded')
    return { state: 'superseded', note: `superseded, ${pods(workload)}` };
  return { state: 'standby', note: `standby ${untilWhen(workload, standbySeconds)}, ${pods(workload)}` };
}

function untilWhen({ pinnedBy, standbySince }: Workload, standbySeconds: number): string {
  if (pinnedBy !== undefined) return `pinned by ${pinnedBy}`;
  if (!standbySince) return 'on its way to be live';
  return `until ${shownTime(new Date(standbySince.getTime() + standbySeconds * 1000))}`;
}

const pods = ({ available, replicas }: Workload) => `${available} of ${replicas} pods ready`;
