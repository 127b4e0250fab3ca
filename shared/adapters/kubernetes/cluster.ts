import type { Cluster } from '../../ports/cluster.ts';
import { kubernetesApps } from './apps.ts';
import type { BuildPlace } from './build-job-objects.ts';
import { kubernetesBuildJobs } from './build-jobs.ts';
import { connect } from './connection.ts';
import { kubernetesNamespaces } from './namespaces.ts';
import { kubernetesPods } from './pods.ts';
import { kubernetesSecrets } from './secrets.ts';
import { kubernetesServices } from './services.ts';
import { kubernetesWorkloads } from './workloads.ts';

export interface KubernetesOptions extends BuildPlace {
  /** A kubeconfig file; absent: KUBECONFIG, the user's own, or the pod's service account. */
  readonly kubeconfig?: string;
  /** Namespace of the platform's functions: its service accounts get the rights in tenants' Namespaces. */
  readonly platformNamespace: string;
}

/** The Cluster port on the Kubernetes API. */
export function kubernetesCluster(options: KubernetesOptions): Cluster {
  const connection = connect(options.kubeconfig);
  return {
    ...kubernetesNamespaces(connection, options.platformNamespace),
    ...kubernetesApps(connection),
    ...kubernetesSecrets(connection),
    ...kubernetesServices(connection),
    ...kubernetesWorkloads(connection),
    ...kubernetesPods(connection),
    ...kubernetesBuildJobs(connection, options),
  };
}
