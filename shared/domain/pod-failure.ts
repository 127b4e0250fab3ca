import type { Pod, Workload } from './workload.ts';

/** Restarts after which a pod that crashes is not given the rest of its deadline: it had its second chance. */
const CERTAIN_RESTARTS = 2;

/** Reasons that no waiting mends; the words are the kubelet's. */
const HOPELESS = new Set([
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** Why a Workload has failed, as soon as it is certain and at its deadline at the latest; undefined: there is hope. */
export function workloadFailure(
  workload: Workload,
  pods: readonly Pod[],
): { readonly why: string; readonly pod?: Pod } | undefined {
  const hopeless = pods.find((pod) => !pod.ready && isHopeless(pod));
  if (hopeless) return { why: podStory(hopeless), pod: hopeless };
  if (workload.progress !== 'deadline exceeded') return undefined;
  const unready =
    pods.find((pod) => !pod.ready && pod.reason !== undefined) ?? pods.find((pod) => !pod.ready);
  const count = `${workload.available} of ${workload.replicas} pods became ready in time`;
  if (unready) return { why: `${count}: ${podStory(unready)}`, pod: unready };
  return { why: workload.blocked === undefined ? count : `${count}: ${workload.blocked}` };
}

/** What a Workload waits for, for a person. */
export function waitingFor(workload: Workload, pods: readonly Pod[]): string {
  const ready = `${Math.min(workload.available, workload.replicas)} of ${workload.replicas} pods are ready`;
  const troubled = pods.find((pod) => !pod.ready && pod.reason !== undefined);
  const trouble = troubled ? podStory(troubled) : workload.blocked;
  return trouble === undefined ? ready : `${ready}: ${trouble}`;
}

function isHopeless(pod: Pod): boolean {
  if (pod.reason === 'CrashLoopBackOff') return pod.restarts >= CERTAIN_RESTARTS;
  return pod.reason !== undefined && HOPELESS.has(pod.reason);
}

function podStory(pod: Pod): string {
  const reason = pod.reason ?? 'not ready';
  return pod.message === undefined ? reason : `${reason}: ${pod.message}`;
}
