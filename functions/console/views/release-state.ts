import type { Workload } from '../../../shared/domain/workload.ts';

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
export function releaseState(
  { release, outcome, replicas }: Workload,
  live: number | undefined,
): ReleaseState {
  if (release.number === live) return 'live';
  if (outcome === undefined) return 'starting';
  if (outcome === 'failed' || outcome === 'cancelled') return outcome;
  if (replicas === 0) return 'retired';
  return outcome === 'superseded' ? 'superseded' : 'standby';
}
