import type { Api, KubeObject } from '../cluster/api.ts';
import { appObjectKinds } from './leftovers.ts';
import { ofApps } from './places.ts';

interface Owned extends KubeObject {
  readonly metadata: KubeObject['metadata'] & {
    readonly ownerReferences?: readonly { readonly kind: string; readonly uid: string }[];
  };
}

/**
 * What was made for Apps belongs to nobody from now on, but for what goes with the Apps of these uids. Orphaning alone is
 * not enough: the garbage collector learns of a type up to half a minute after it was installed, and what it did not know
 * of then goes with its owner, later.
 */
export async function disown(api: Api, going: ReadonlySet<string | undefined>): Promise<void> {
  for (const { group, plural } of appObjectKinds) {
    for (const { metadata } of await api.list<Owned>(`${group}/${plural}?${ofApps}`)) {
      const { namespace, name, ownerReferences = [] } = metadata;
      const others = ownerReferences.filter(({ kind, uid }) => kind !== 'App' || going.has(uid));
      if (others.length === ownerReferences.length) continue;
      const path = `${group}/namespaces/${namespace}/${plural}/${name}`;
      await api.patch(path, { metadata: { ownerReferences: others } });
    }
  }
}
