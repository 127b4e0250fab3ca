import type { V1Deployment } from '@kubernetes/client-node';
import type { Readiness, Workload, WorkloadOutcome } from '../../domain/workload.ts';
import type { WorkloadChange } from '../../ports/cluster.ts';
import { annotatedTime } from './annotated-time.ts';
import { parseRelease } from './app-objects.ts';
import { APP, CONTAINER, metadataOf, OUTCOME, PINNED_BY, RELEASE_RECORD, STANDBY_SINCE } from './objects.ts';

const outcomes: readonly string[] = [
  'deployed',
  'failed',
  'superseded',
  'cancelled',
] satisfies WorkloadOutcome[];
const isOutcome = (text: string | undefined): text is WorkloadOutcome => outcomes.includes(text ?? '');

/** Undefined: not a Deployment that runs a Release. */
export function toWorkload(deployment: V1Deployment): Workload | undefined {
  const { namespace, resourceVersion, createdAt, labels, annotations } = metadataOf(deployment);
  const app = labels[APP];
  const release = parseRelease(annotations[RELEASE_RECORD] ?? '');
  if (app === undefined || !release) return undefined;
  const { [OUTCOME]: outcome, [PINNED_BY]: pinnedBy } = annotations;
  const standbySince = annotatedTime(annotations[STANDBY_SINCE]);
  const replicas = deployment.spec?.replicas ?? 0;
  const available = availableOf(deployment);
  const blocked = deployment.status?.conditions?.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  );
  return {
    app: { namespace, name: app },
    release,
    resourceVersion,
    createdAt,
    replicas,
    available,
    progress: progressOf(deployment, available >= replicas),
    readiness: readinessOf(deployment),
    ...(blocked ? { blocked: blocked.message ?? blocked.reason ?? 'ReplicaFailure' } : {}),
    ...(standbySince === undefined ? {} : { standbySince }),
    ...(isOutcome(outcome) ? { outcome } : {}),
    ...(pinnedBy === undefined ? {} : { pinnedBy }),
  };
}

/** A status that speaks of an older specification says nothing of this one. */
function isCurrent({ metadata, status }: V1Deployment): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
}

function availableOf(deployment: V1Deployment): number {
  return isCurrent(deployment) ? (deployment.status?.availableReplicas ?? 0) : 0;
}

/** A Deployment that was complete once stays so in Kubernetes' eyes, whatever becomes of its pods: count them too. */
function progressOf(deployment: V1Deployment, all: boolean): Workload['progress'] {
  const progressing = deployment.status?.conditions?.find(({ type }) => type === 'Progressing');
  if (!isCurrent(deployment) || !progressing) return 'progressing';
  if (progressing.reason === 'ProgressDeadlineExceeded') return 'deadline exceeded';
  return all && progressing.reason === 'NewReplicaSetAvailable' ? 'complete' : 'progressing';
}

function readinessOf({ spec }: V1Deployment): Readiness {
  const probe = spec?.template.spec?.containers.find(({ name }) => name === CONTAINER)?.readinessProbe;
  const path = probe?.httpGet?.path;
  return { timeoutSeconds: probe?.timeoutSeconds ?? 1, ...(path === undefined ? {} : { http: { path } }) };
}

/** The merge patch for a change; it fails where the Workload is no longer as it was read. */
export function workloadPatch({ resourceVersion }: Workload, change: WorkloadChange): object {
  const { replicas, standbySince, outcome, pinnedBy } = change;
  const annotations = {
    ...(standbySince === undefined ? {} : { [STANDBY_SINCE]: standbySince?.toISOString() ?? null }),
    ...(outcome === undefined ? {} : { [OUTCOME]: outcome }),
    ...(pinnedBy === undefined ? {} : { [PINNED_BY]: pinnedBy }),
  };
  return {
    metadata: { resourceVersion, annotations },
    ...(replicas === undefined ? {} : { spec: { replicas } }),
  };
}
