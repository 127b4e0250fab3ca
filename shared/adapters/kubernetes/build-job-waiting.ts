import type { CoreV1Event, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/** Why the pod of a build is not under way, in the same words however often the cluster tries; undefined: it is. */
export function waitingFor({ status }: V1Pod): string | undefined {
  const unplaced = status?.conditions?.find((one) => one.type === 'PodScheduled' && one.status === 'False');
  if (unplaced)
    return `no node takes its pod: ${unplaced.message ?? unplaced.reason ?? 'no reason was told'}`;
  if (waitsForRegistry(status)) return 'its registry cannot be used, the log of the build says why';
  const steps = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return steps.map(stepWaitsFor).find((text) => text !== undefined);
}

/**
 * Its build step was ready, and is no longer (build-script.ts). Before its first probe it never was; where the node is
 * lost the pod alone is said not to be ready.
 */
function waitsForRegistry(status: V1Pod['status']): boolean {
  const build = status?.containerStatuses?.find(({ name }) => name === 'build');
  const began = build?.state?.running?.startedAt;
  const unready = status?.conditions?.find((one) => one.type === 'Ready' && one.status === 'False');
  const since = unready?.lastTransitionTime;
  return began !== undefined && build?.ready === false && since !== undefined && since > began;
}

/** On its way: nothing to say yet. */
const starting = ['ContainerCreating', 'PodInitializing'];

function stepWaitsFor({ image, state }: V1ContainerStatus): string | undefined {
  const { reason, message = '' } = state?.waiting ?? {};
  if (reason === undefined || starting.includes(reason)) return undefined;
  if (reason !== 'ErrImagePull' && reason !== 'ImagePullBackOff') return `${reason}: ${message}`;
  // The kubelet says both in turn.
  const why = message.replace(/^Back-off pulling image "[^"]*"(: ErrImagePull: )?/, '');
  return `its image ${image} cannot be pulled${why && `: ${why}`}`;
}

/** Why the Job's controller can make no pod, from the Job's events: its status tells nothing. Each try has another name. */
export function unmadeFor(events: readonly CoreV1Event[]): string | undefined {
  const [last] = events
    .filter(({ reason }) => reason === 'FailedCreate')
    .toSorted((a, b) => (b.lastTimestamp?.getTime() ?? 0) - (a.lastTimestamp?.getTime() ?? 0));
  const why = last?.message?.replace(/^Error creating: (pods "[^"]*" is forbidden: )?/, '');
  return why && `its pod cannot be made: ${why}`;
}
