import type { KubeObject } from '../cluster/api.ts';

export interface Deployment extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export const deploymentsIn = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/deployments`;

/** One that is scaled to nothing on purpose (PingSource's adapter without a PingSource) is as it should be. */
export const isAvailable = ({ spec, status }: Deployment) =>
  spec?.replicas === 0 ||
  (status?.conditions ?? []).some((one) => one.type === 'Available' && one.status === 'True');
