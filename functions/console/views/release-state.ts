import { isStandby, type Workload } from '../../../shared/domain/workload.ts';

export const releaseStates = [
  'live',
  'starting',
  'standby',
  'retired',
  'superseded',
  'failed',
  'cancelled',
] as const;

export type ReleaseState = (typeof releaseStates)[number];

/** How one release stands, from what the cluster knows of it: `live` is the release that the Service selects. */
export function releaseState(workload: Workload, live: number | undefined): ReleaseState {
  const { release, outcome, replicas } = workload;
  if (release.number === live) return 'live';
  if (outcome === undefined) return 'starting';
  if (outcome === 'failed' || outcome === 'cancelled') return outcome;
  if (isStandby(workload)) return 'standby';
  return replicas === 0 ? 'retired' : 'superseded';
}
