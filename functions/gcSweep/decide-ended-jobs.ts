import type { BuildJob } from '../../shared/ports/cluster.ts';

/** How long a Job is kept after it started: its log and result are in the store by then, or resync has asked for them. */
const KEPT_MS = 3 * 3_600_000;

export function decideEndedJobs(jobs: readonly BuildJob[], now: Date): readonly BuildJob[] {
  return jobs.filter((job) => job.phase !== 'running' && now.getTime() - job.startedAt.getTime() > KEPT_MS);
}
