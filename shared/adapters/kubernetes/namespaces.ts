import { InvalidError } from '../../domain/errors.ts';
import type { Namespaces } from '../../ports/cluster.ts';
import type { Connection } from './connection.ts';
import { create, find } from './errors.ts';
import { checkNames, isManaged, isObjectName, managed, OWNERS } from './objects.ts';

/** ClusterRole with the rights that the platform has in a tenant's Namespace, and name of its binding there. */
const TENANT_ROLE = 'cite-tenant';

export function kubernetesNamespaces({ core, rbac }: Connection, platformNamespace: string): Namespaces {
  const read = (name: string) => find(core.readNamespace({ name }));
  return {
    async namespaceOwners(namespace) {
      if (!isObjectName(namespace)) return undefined;
      const found = await read(namespace);
      if (!found) return undefined;
      const owners = found.metadata?.annotations?.[OWNERS] ?? '';
      return owners
        .split(',')
        .map((owner) => owner.trim())
        .filter((owner) => owner !== '');
    },

    async createNamespace(namespace, owner) {
      checkNames({ namespace });
      // The annotation is a list: an owner with a comma would be two.
      if (!/^[A-Za-z0-9_.-]+$/.test(owner))
        throw new InvalidError('owner', 'it is not the name of an owner', 'Use the name on the code host.');
      const labels = { ...managed, 'pod-security.kubernetes.io/enforce': 'restricted' };
      await create(
        core.createNamespace({
          body: { metadata: { name: namespace, labels, annotations: { [OWNERS]: owner } } },
        }),
      );
    },

    async grantRights(namespace) {
      checkNames({ namespace });
      const found = await read(namespace);
      // Who writes the owners on a Namespace of his own gives it to Cite.
      if (!found || !(isManaged(found) || found.metadata?.annotations?.[OWNERS] !== undefined))
        throw new InvalidError(
          'namespace',
          `${namespace} is not a Namespace that Cite manages`,
          `Create it with the annotation ${OWNERS}.`,
        );
      await create(
        rbac.createNamespacedRoleBinding({
          namespace,
          body: {
            metadata: { name: TENANT_ROLE, labels: { ...managed } },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: TENANT_ROLE },
            subjects: [
              {
                apiGroup: 'rbac.authorization.k8s.io',
                kind: 'Group',
                name: `system:serviceaccounts:${platformNamespace}`,
              },
            ],
          },
        }),
      );
    },
  };
}
