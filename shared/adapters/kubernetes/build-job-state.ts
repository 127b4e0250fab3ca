import type { V1ContainerStatus, V1Job, V1Pod } from '@kubernetes/client-node';
import { z } from 'zod';
import type { BuildJob } from '../../ports/cluster.ts';
import { waitingFor } from './build-job-waiting.ts';
import { BUILD, metadataOf } from './objects.ts';

const result = z.object({ image: z.string().regex(/@sha256:[0-9a-f]{64}$/) });

/**
 * Undefined: not a build, or one that is being forgotten. `pod` is the one that ran it, where it is still there; `unmade`
 * says why there is none.
 */
export function toBuildJob(job: V1Job, pod: V1Pod | undefined, unmade?: string): BuildJob | undefined {
  const { labels, createdAt } = metadataOf(job);
  const key = labels[BUILD];
  if (key === undefined || job.metadata?.deletionTimestamp !== undefined) return undefined;
  return { key, startedAt: createdAt, ...outcomeOf(job, pod, unmade) };
}

type Outcome = Pick<BuildJob, 'phase' | 'image' | 'reason' | 'waiting'>;

function outcomeOf(job: V1Job, pod: V1Pod | undefined, unmade: string | undefined): Outcome {
  const condition = (type: string) =>
    job.status?.conditions?.find((one) => one.type === type && one.status === 'True');
  const failed = condition('Failed');
  if (failed) return { phase: 'failed', reason: failure(failed.reason, pod) };
  if (!condition('Complete')) {
    const waiting = pod ? waitingFor(pod) : unmade;
    return { phase: 'running', ...(waiting === undefined ? {} : { waiting }) };
  }
  const image = imageOf(pod);
  return image ? { phase: 'succeeded', image } : { phase: 'failed', reason: 'the build named no image' };
}

function imageOf(pod: V1Pod | undefined): string | undefined {
  const build = pod?.status?.containerStatuses?.find(({ name }) => name === 'build');
  try {
    return result.safeParse(JSON.parse(build?.state?.terminated?.message ?? '')).data?.image;
  } catch {
    return undefined;
  }
}

/** The words of the step that failed; else the pod's (evicted, out of time); else the Job's. */
function failure(jobReason: string | undefined, pod: V1Pod | undefined): string {
  if (jobReason === 'DeadlineExceeded' || pod?.status?.reason === 'DeadlineExceeded')
    return 'DeadlineExceeded';
  const steps = [...(pod?.status?.initContainerStatuses ?? []), ...(pod?.status?.containerStatuses ?? [])];
  const words = steps.map(lastWords).find((text) => text !== undefined);
  return words ?? pod?.status?.reason ?? jobReason ?? 'BackoffLimitExceeded';
}

function lastWords({ state }: V1ContainerStatus): string | undefined {
  const ended = state?.terminated;
  if (!ended || ended.exitCode === 0) return undefined;
  return ended.message?.trim() || `${ended.reason ?? 'Error'} (exit code ${ended.exitCode})`;
}
