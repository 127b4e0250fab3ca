import type { Cluster } from '../../ports/cluster.ts';
import { kubernetesAppEvents } from './app-events.ts';
import { kubernetesApps } from './apps.ts';
import type { BuildPlace } from './build-job-objects.ts';
import { kubernetesBuildJobs } from './build-jobs.ts';
import { type Connection, connect } from './connection.ts';
import { kubernetesNamespaces } from './namespaces.ts';
import { kubernetesPods } from './pods.ts';
import { providePullSecret } from './pull-secret.ts';
import { kubernetesRights } from './rights.ts';
import { kubernetesRoutes } from './routes.ts';
import { kubernetesSecrets } from './secrets.ts';
import { kubernetesServices } from './services.ts';
import { kubernetesWorkloads } from './workloads.ts';

export interface KubernetesOptions extends BuildPlace {
  readonly clock: () => Date;
  /** A kubeconfig file; absent: KUBECONFIG, the user's own, or the pod's service account. */
  readonly kubeconfig?: string;
  /** Namespace of the platform's functions: its service accounts get the rights in tenants' Namespaces. */
  readonly platformNamespace: string;
  /** Pods pull with a copy of the platform's Secret `cite-pull`. */
  readonly pullSecret: boolean;
}

/** The Cluster port on the Kubernetes API. A call ends within 20 s; reading a log, when it is silent for so long. */
export function kubernetesCluster(options: KubernetesOptions): Cluster {
  const connection = connect(options.kubeconfig);
  const rights = kubernetesRights(connection, options.platformNamespace);
  const { podLog, ...pods } = kubernetesPods(connection);
  const { buildJobLog, ...buildJobs } = kubernetesBuildJobs(connection, options);
  return {
    ...bounded(connection, {
      ...kubernetesNamespaces(connection),
      async grantRights(namespace: string) {
        await rights.grantRights(namespace);
        if (options.pullSecret) await providePullSecret(connection, options.platformNamespace, namespace);
      },
      ...kubernetesApps(connection),
      ...kubernetesAppEvents(connection),
      ...kubernetesSecrets(connection),
      ...kubernetesServices(connection, options.clock),
      ...kubernetesRoutes(connection),
      ...kubernetesWorkloads(connection, options),
      ...pods,
      ...buildJobs,
    }),
    podLog,
    buildJobLog,
  };
}

/** Each call of these verbs within one time, however many requests it makes. */
function bounded<Verbs extends object>({ within }: Connection, verbs: Verbs): Verbs {
  const entries = Object.entries(verbs).map(([name, verb]) => [
    name,
    (...args: unknown[]) => within(() => verb(...args)),
  ]);
  return Object.fromEntries(entries);
}
