import type { Cluster } from '../../ports/cluster.ts';
import { kubernetesAppEvents } from './app-events.ts';
import { kubernetesApps } from './apps.ts';
import type { BuildPlace } from './build-job-objects.ts';
import { kubernetesBuildJobs } from './build-jobs.ts';
import { connect } from './connection.ts';
import { kubernetesNamespaces } from './namespaces.ts';
import { kubernetesPods } from './pods.ts';
import { providePullSecret } from './pull-secret.ts';
import { kubernetesRights } from './rights.ts';
import { kubernetesRoutes } from './routes.ts';
import { kubernetesSecrets } from './secrets.ts';
import { kubernetesServices } from './services.ts';
import { kubernetesWorkloads } from './workloads.ts';

export interface KubernetesOptions extends BuildPlace {
  /** A kubeconfig file; absent: KUBECONFIG, the user's own, or the pod's service account. */
  readonly kubeconfig?: string;
  /** Namespace of the platform's functions: its service accounts get the rights in tenants' Namespaces. */
  readonly platformNamespace: string;
  /** Pods pull with a copy of the platform's Secret `cite-pull`. */
  readonly pullSecret: boolean;
}

/** The Cluster port on the Kubernetes API. */
export function kubernetesCluster(options: KubernetesOptions): Cluster {
  const connection = connect(options.kubeconfig);
  const rights = kubernetesRights(connection, options.platformNamespace);
  return {
    ...kubernetesNamespaces(connection),
    async grantRights(namespace) {
      await rights.grantRights(namespace);
      if (options.pullSecret) await providePullSecret(connection, options.platformNamespace, namespace);
    },
    ...kubernetesApps(connection),
    ...kubernetesAppEvents(connection),
    ...kubernetesSecrets(connection),
    ...kubernetesServices(connection),
    ...kubernetesRoutes(connection),
    ...kubernetesWorkloads(connection, options),
    ...kubernetesPods(connection),
    ...kubernetesBuildJobs(connection, options),
  };
}
