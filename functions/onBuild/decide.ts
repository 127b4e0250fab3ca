import type { Build } from '../../shared/domain/build.ts';
import { type Change, isStalled, stalledReason } from '../../shared/domain/change.ts';
import { lastWords } from '../../shared/domain/log.ts';
import { sentence } from '../../shared/domain/plain-text.ts';
import type { BuildJob } from '../../shared/ports/cluster.ts';

export type BuildDecision =
  | { readonly action: 'nothing'; readonly reason: string }
  | { readonly action: 'announce' }
  | { readonly action: 'abandon' }
  | { readonly action: 'record'; readonly build: Build };

/**
 * A finished Job becomes the Build's record, once; a record that is final is announced again. One that no
 * Change awaits any longer is abandoned, and runs no longer where its Job is gone.
 */
export function decide(
  build: Build | undefined,
  job: BuildJob | undefined,
  log: string,
  isAwaited: boolean,
  now: Date,
): BuildDecision {
  if (!build) return { action: 'nothing', reason: 'nobody asked for this build, or the store lost it' };
  if (build.state !== 'running') return { action: 'announce' };
  if (!job) {
    return isAwaited
      ? { action: 'nothing', reason: 'its Job is gone: onPush makes it anew' }
      : record(build, now, { state: 'cancelled' });
  }
  if (job.phase === 'running') {
    // Who ended the last Change died before he came to the build.
    return isAwaited ? { action: 'nothing', reason: 'it runs' } : { action: 'abandon' };
  }
  if (job.phase === 'succeeded' && job.image !== undefined) {
    return record(build, now, { state: 'succeeded', image: job.image });
  }
  const reason = sentence(job.reason ?? 'the builder did not tell which image it made');
  return record(build, now, { state: 'failed', reason, detail: lastWords(log) });
}

function record(build: Build, now: Date, result: Partial<Build>): BuildDecision {
  return { action: 'record', build: { ...build, ...result, finishedAt: now.toISOString() } };
}

/** What a Change says of its build while that runs: why it is not under way, or that it is, after it was not. */
export function buildingReason(change: Pick<Change, 'state' | 'reason'>, { waiting }: BuildJob): string {
  if (waiting !== undefined) return stalledReason(change, waiting);
  return isStalled(change) ? 'building' : change.reason;
}
