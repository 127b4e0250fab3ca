import { InvalidError } from '../../domain/errors.ts';
import type { Namespaces } from '../../ports/cluster.ts';
import type { Connection } from './connection.ts';
import { create, find } from './errors.ts';
import { checkNames, isObjectName, managed, OWNERS } from './objects.ts';

export function kubernetesNamespaces({ core }: Connection): Omit<Namespaces, 'grantRights'> {
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
  };
}
