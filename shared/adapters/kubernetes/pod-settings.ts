import type { V1ConfigMap, V1Deployment, V1Probe } from '@kubernetes/client-node';
import type { Check } from '../../domain/app-spec.ts';
import type { PodSettings } from '../../domain/release.ts';
import { CONTAINER } from './objects.ts';

/**
 * What `workloadObjects` made them of, amounts in the API server's spelling (0.5 is 500m). Undefined: somebody took away
 * the container or the environment.
 */
export function toPodSettings(
  { spec }: V1Deployment,
  environment: V1ConfigMap | undefined,
): PodSettings | undefined {
  const pod = spec?.template.spec;
  const container = pod?.containers.find(({ name }) => name === CONTAINER);
  const port = container?.ports?.[0]?.containerPort;
  const { readinessProbe, livenessProbe, resources } = container ?? {};
  if (!spec || port === undefined || !readinessProbe || !environment) return undefined;
  return {
    port,
    readiness: toCheck(readinessProbe),
    liveness: livenessProbe && toCheck(livenessProbe),
    minReadySeconds: spec.minReadySeconds ?? 0,
    progressDeadlineSeconds: spec.progressDeadlineSeconds ?? 600,
    terminationGracePeriodSeconds: pod?.terminationGracePeriodSeconds ?? 30,
    env: environment.data ?? {},
    resources: { requests: { ...resources?.requests }, limits: { ...resources?.limits } },
  };
}

/** What the API server leaves out has Kubernetes' default. */
function toCheck(probe: V1Probe): Check {
  const { httpGet, grpc, exec, periodSeconds = 10, timeoutSeconds = 1, failureThreshold = 3 } = probe;
  return {
    ...(httpGet ? { http: { path: httpGet.path ?? '/' } } : {}),
    ...(grpc ? { grpc: { service: grpc.service ?? '' } } : {}),
    ...(exec ? { exec: { command: exec.command ?? [] } } : {}),
    periodSeconds,
    timeoutSeconds,
    failureThreshold,
  };
}
