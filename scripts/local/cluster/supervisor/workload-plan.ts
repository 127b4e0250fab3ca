import type { WorkloadStatus } from '../records/kinds.ts';

export interface WorkloadFacts {
  readonly replicas: number;
  readonly generation: number;
  readonly minReadySeconds: number;
  readonly progressDeadlineSeconds: number;
  /** Of this Workload and not yet told to stop, oldest first. */
  readonly pods: readonly PodFacts[];
  /** As it was last written. */
  readonly status: WorkloadStatus | undefined;
  readonly now: Date;
}

interface PodFacts {
  readonly name: string;
  /** Since when it has been ready without a break; absent: it is not. */
  readonly readySince?: number;
}

export interface WorkloadPlan {
  readonly start: number;
  readonly stop: readonly string[];
  readonly status: WorkloadStatus;
  /** When time alone will have changed something. */
  readonly lookAgainInMs?: number;
}

/**
 * What a Deployment's controller does, for one whose pod template never changes: as many pods as wanted, those that are
 * not ready go first; progress is anything that got better, and its absence for progressDeadlineSeconds is the end of
 * hope. A Deployment that was complete stays so, whatever its pods do later, until what is wanted of it changes.
 */
export function planWorkload(facts: WorkloadFacts): WorkloadPlan {
  const { replicas, pods } = facts;
  const dispensable = pods.toReversed().toSorted((a, b) => Number(isReady(a)) - Number(isReady(b)));
  const ready = pods.filter(isReady);
  const waits = ready.map(
    (pod) => facts.minReadySeconds * 1000 - (facts.now.getTime() - (pod.readySince ?? 0)),
  );
  const counts = {
    pods: pods.length,
    ready: ready.length,
    available: waits.filter((wait) => wait <= 0).length,
  };
  const status = nextStatus(facts, counts);
  const deadline =
    status.progress === 'progressing'
      ? [Date.parse(status.progressAt) + facts.progressDeadlineSeconds * 1000 - facts.now.getTime()]
      : [];
  const times = [...waits, ...deadline].filter((wait) => wait > 0);
  return {
    start: Math.max(0, replicas - pods.length),
    stop: dispensable.slice(0, Math.max(0, pods.length - replicas)).map(({ name }) => name),
    status,
    ...(times.length > 0 && { lookAgainInMs: Math.min(...times) }),
  };
}

const isReady = (pod: PodFacts) => pod.readySince !== undefined;

function nextStatus(
  facts: WorkloadFacts,
  counts: Pick<WorkloadStatus, 'pods' | 'ready' | 'available'>,
): WorkloadStatus {
  const { replicas, generation, status, now } = facts;
  const wantedAnew = status?.observed !== generation;
  const better =
    counts.pods > (status?.pods ?? 0) ||
    counts.ready > (status?.ready ?? 0) ||
    counts.available > (status?.available ?? 0);
  const wasComplete = !wantedAnew && status.progress === 'complete';
  const complete = wasComplete || (counts.available === replicas && counts.pods === replicas);
  const progressAt = !complete && (wantedAnew || better) ? now.toISOString() : status?.progressAt;
  const since = progressAt ?? now.toISOString();
  const late = now.getTime() - Date.parse(since) >= facts.progressDeadlineSeconds * 1000;
  return {
    observed: generation,
    ...counts,
    progress: complete ? 'complete' : late ? 'deadline exceeded' : 'progressing',
    progressAt: since,
  };
}
