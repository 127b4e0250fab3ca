import type { Api, KubeObject } from '../cluster/api.ts';
import { APPS } from './places.ts';

export interface AppObject extends KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: unknown;
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message: string;
    }[];
  };
}

export const listApps = (api: Api) => api.list<AppObject>(`${APPS}/apps`);

export const appPath = ({ metadata: { namespace = '', name } }: AppObject) =>
  `${APPS}/namespaces/${namespace}/apps/${name}`;

export const appName = ({ metadata: { namespace, name } }: AppObject) => `${namespace}/${name}`;
