import { PULL_SECRET } from '../../shared/domain/naming.ts';
import type { Api } from '../cluster/api.ts';
import { CLAIMS, managed, ofApps, SERVING } from './places.ts';

/** In this order nobody is sent to what is gone. The last two go with their Deployment, unless it was never made. */
export const appObjectKinds = [
  { group: `${SERVING}/v1beta1`, plural: 'domainmappings' },
  { group: '/api/v1', plural: 'services' },
  { group: '/apis/apps/v1', plural: 'deployments' },
  { group: '/api/v1', plural: 'configmaps' },
  { group: '/api/v1', plural: 'secrets' },
] as const;

export interface Leftover {
  /** `acme/services/shop` */
  readonly name: string;
  readonly path: string;
}

/** What was made for Apps and is there without them: after an uninstallation that left it, or one that was interrupted. */
export async function findLeftovers(api: Api): Promise<readonly Leftover[]> {
  const found: Leftover[] = [];
  for (const { group, plural } of appObjectKinds) {
    for (const { metadata } of await api.list(`${group}/${plural}?${ofApps}`)) {
      const { namespace, name } = metadata;
      found.push({
        name: `${namespace}/${plural}/${name}`,
        path: `${group}/namespaces/${namespace}/${plural}/${name}`,
      });
    }
  }
  for (const { metadata } of await api.list(`${CLAIMS}?${managed}`))
    found.push({ name: `clusterdomainclaims/${metadata.name}`, path: `${CLAIMS}/${metadata.name}` });
  for (const { namespace, name, path } of await pullSecrets(api))
    found.push({ name: `${namespace}/secrets/${name}`, path });
  return found;
}

/** Copies of the platform's pull Secret: running pods need them when they move to another node. */
export async function pullSecrets(api: Api) {
  const copies = await api.list(`/api/v1/secrets?${managed}&fieldSelector=metadata.name%3D${PULL_SECRET}`);
  return copies.map(({ metadata: { namespace = '', name } }) => ({
    namespace,
    name,
    path: `/api/v1/namespaces/${namespace}/secrets/${name}`,
  }));
}

export async function removeLeftovers(api: Api, say: (line: string) => void): Promise<void> {
  for (const { name, path } of await findLeftovers(api)) {
    say(`removing ${name}`);
    // Background is not what every kind does by itself: a Deployment's pods go with it in any case.
    await api.remove(path, { propagationPolicy: 'Background' });
  }
}
