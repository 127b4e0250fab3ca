import type {
  V1ConfigMap,
  V1Deployment,
  V1Probe,
  V1ResourceRequirements,
  V1Secret,
} from '@kubernetes/client-node';
import type { Check } from '../../domain/app-spec.ts';
import { PULL_SECRET, workloadName } from '../../domain/naming.ts';
import type { NewWorkload } from '../../domain/workload.ts';
import { appResource } from './app-objects.ts';
import { APP, APP_UID, CONTAINER, HTTP, managed, RELEASE, RELEASE_RECORD, releaseLabel } from './objects.ts';

/** The three objects that a Workload is, all of its name. The App owns them: what is left over goes with it. */
export function workloadObjects(
  workload: NewWorkload,
  { pullSecret }: { readonly pullSecret: boolean },
): {
  readonly configMap: V1ConfigMap;
  readonly secret: V1Secret;
  readonly deployment: V1Deployment;
} {
  const { app, release, pod } = workload;
  const name = workloadName(app.name, release.number);
  const selector = { [APP]: app.name, [RELEASE]: releaseLabel(release.number) };
  const metadata = {
    name,
    namespace: app.namespace,
    labels: { ...managed, ...selector, [APP_UID]: app.uid },
    ownerReferences: [
      {
        apiVersion: `${appResource.group}/${appResource.version}`,
        kind: 'App',
        name: app.name,
        uid: app.uid,
      },
    ],
  };
  return {
    // Immutable, as a Release is: nobody changes what a restarted pod would read.
    configMap: { metadata, immutable: true, data: { ...pod.env } },
    secret: { metadata, immutable: true, stringData: { ...workload.secret } },
    deployment: {
      metadata: { ...metadata, annotations: { [RELEASE_RECORD]: JSON.stringify(release) } },
      spec: {
        replicas: workload.replicas,
        selector: { matchLabels: selector },
        revisionHistoryLimit: 0,
        // Both guard against a container that exits at once and was "available" for an instant (DESIGN §3).
        minReadySeconds: Math.max(1, pod.minReadySeconds),
        progressDeadlineSeconds: pod.progressDeadlineSeconds,
        template: {
          metadata: { labels: { ...managed, ...selector } },
          spec: {
            enableServiceLinks: false,
            automountServiceAccountToken: false,
            ...(pullSecret ? { imagePullSecrets: [{ name: PULL_SECRET }] } : {}),
            terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
            containers: [
              {
                name: CONTAINER,
                image: release.image,
                ports: [{ name: HTTP, containerPort: pod.port, protocol: 'TCP' }],
                // The later one wins a key that both have; PORT, in neither's hand, wins over both.
                envFrom: [{ configMapRef: { name } }, { secretRef: { name } }],
                env: [{ name: 'PORT', value: String(pod.port) }],
                resources: resourcesOf(pod.resources),
                ...probesOf(pod),
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              },
            ],
          },
        },
      },
    },
  };
}

function probesOf(pod: NewWorkload['pod']) {
  const { liveness, readiness, port } = pod;
  if (!liveness) return { readinessProbe: probe(readiness, port) };
  // Liveness counts from the first success on: a slow start ends at the release's deadline, not at three misses.
  const failureThreshold = Math.ceil(pod.progressDeadlineSeconds / liveness.periodSeconds);
  return {
    readinessProbe: probe(readiness, port),
    livenessProbe: probe(liveness, port),
    startupProbe: { ...probe(liveness, port), failureThreshold },
  };
}

function probe(check: Check, port: number) {
  const { periodSeconds, timeoutSeconds, failureThreshold } = check;
  return { ...handler(check, port), periodSeconds, timeoutSeconds, failureThreshold };
}

function handler(
  { http, grpc, exec }: Check,
  port: number,
): Pick<V1Probe, 'httpGet' | 'grpc' | 'exec' | 'tcpSocket'> {
  if (http) return { httpGet: { path: http.path, port: HTTP } };
  if (grpc) return { grpc: { port, service: grpc.service } };
  if (exec) return { exec: { command: exec.command } };
  return { tcpSocket: { port: HTTP } };
}

function resourcesOf({ requests, limits }: NewWorkload['pod']['resources']): V1ResourceRequirements {
  return { requests: amountsOf(requests), limits: amountsOf(limits) };
}

function amountsOf({ cpu, memory }: { cpu?: string | undefined; memory?: string | undefined }) {
  return { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) };
}
