import { isIPv6 } from 'node:net';
import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { Pod } from '../../domain/workload.ts';
import { APP, CONTAINER, HTTP, metadataOf, RELEASE, releaseNumber } from './objects.ts';

/** Undefined: not a pod of a Release. */
export function toPod(pod: V1Pod): Pod | undefined {
  const { name, namespace, labels } = metadataOf(pod);
  const app = labels[APP];
  const release = releaseNumber(labels[RELEASE]);
  if (app === undefined || release === undefined) return undefined;
  const containers = pod.status?.containerStatuses ?? [];
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  return {
    name,
    app: { namespace, name: app },
    release,
    phase: phaseOf(pod),
    // One that is about to end takes no more traffic, whatever its last probe said.
    ready: ready && pod.metadata?.deletionTimestamp === undefined,
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    ...addressOf(pod),
    ...reasonOf(pod),
  };
}

function phaseOf({ status }: V1Pod): Pod['phase'] {
  const phase = status?.phase ?? 'Pending';
  if (phase === 'Running' || phase === 'Succeeded' || phase === 'Failed') return phase;
  // Unknown: its node is silent, the pod may well run on.
  return phase === 'Unknown' ? 'Running' : 'Pending';
}

/** Its own IP, and the port that the Service's targetPort names. */
function addressOf({ spec, status }: V1Pod): Pick<Pod, 'address'> {
  const host = status?.podIP;
  const ports = spec?.containers.find(({ name }) => name === CONTAINER)?.ports;
  const port = ports?.find(({ name }) => name === HTTP)?.containerPort;
  if (!host || port === undefined) return {};
  return { address: { host, port, authority: `${isIPv6(host) ? `[${host}]` : host}:${port}` } };
}

type Reason = Pick<Pod, 'reason' | 'message'>;

const reason = (word: string, message?: string): Reason => ({
  reason: word,
  ...(message ? { message } : {}),
});

function reasonOf({ metadata, status }: V1Pod): Reason {
  if (metadata?.deletionTimestamp !== undefined) return reason('Terminating');
  if (status?.reason) return reason(status.reason, status.message);
  for (const container of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const found = containerReason(container);
    if (found) return found;
  }
  const unscheduled = status?.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False');
  return unscheduled?.reason ? reason(unscheduled.reason, unscheduled.message) : {};
}

/** On its way: nothing to say yet. */
const starting = ['ContainerCreating', 'PodInitializing'];

function containerReason({ state, lastState }: V1ContainerStatus): Reason | undefined {
  if (state?.waiting?.reason && !starting.includes(state.waiting.reason))
    return reason(state.waiting.reason, sentences(state.waiting.message, exit(lastState?.terminated)));
  if (state?.terminated) return reason(state.terminated.reason ?? 'Error', exit(state.terminated));
  return undefined;
}

/** How a container ended, and what it left as its last words. */
function exit(ended: NonNullable<V1ContainerStatus['state']>['terminated']): string | undefined {
  return ended && sentences(`${ended.reason ?? 'Error'} (exit code ${ended.exitCode})`, ended.message);
}

const sentences = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(': ');
