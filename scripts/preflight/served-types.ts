import type { Api } from '../cluster/api.ts';
import type { ObjectType } from './needs.ts';

export interface ServedType extends ObjectType {
  /** `''` for Kubernetes' core. */
  readonly group: string;
  /** Its name in paths and rights; undefined: the API server does not serve this version of it. */
  readonly plural: string | undefined;
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string }[];
}

/** Asks the API server's discovery for each type. */
export async function servedTypes(api: Api, types: readonly ObjectType[]): Promise<readonly ServedType[]> {
  const versions = [...new Set(types.map(({ apiVersion }) => apiVersion))];
  const lists = new Map(
    await Promise.all(
      versions.map(async (version) => {
        const path = version.includes('/') ? `/apis/${version}` : `/api/${version}`;
        return [version, await api.find<ResourceList>(path)] as const;
      }),
    ),
  );
  return types.map(({ apiVersion, kind }) => ({
    apiVersion,
    kind,
    group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '',
    // Subresources are listed beside their resource, under its kind.
    plural: lists.get(apiVersion)?.resources.find((one) => one.kind === kind && !one.name.includes('/'))
      ?.name,
  }));
}
