import type { Namespaces } from '../../../../shared/ports/cluster.ts';
import { managed } from './labels.ts';
import { requireLabel, requireNamespace } from './names.ts';
import type { Objects } from './records.ts';

export function namespaces(records: Objects): Namespaces {
  return {
    async namespaceOwners(namespace) {
      return records.get('Namespace', '', namespace)?.body.owners;
    },
    async createNamespace(namespace, owner) {
      requireLabel('metadata.name', namespace);
      records.insert('Namespace', { namespace: '', name: namespace }, managed, { owners: [owner] });
    },
    /** One machine has one user, who may do everything: there is nothing to grant. */
    async grantRights(namespace) {
      requireNamespace(records, namespace);
    },
  };
}
