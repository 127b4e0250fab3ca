import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { V1RoleBinding } from '@kubernetes/client-node';
import { InvalidError, RetryableError } from '../../domain/errors.ts';
import type { Namespaces } from '../../ports/cluster.ts';
import type { Connection } from './connection.ts';
import { ask, create, find } from './errors.ts';
import { checkNames, isManaged, managed, OWNERS } from './objects.ts';

/** Service accounts of the functions that have rights in a tenant's Namespace. */
export const tenantFunctions = [
  'console',
  'create-service',
  'gc-sweep',
  'notify',
  'on-push',
  'probe-standby',
  'resync',
  'start-release',
  'switch-selector',
] as const;

/** The function's ClusterRole in knative/base/rights, and the name of its binding in each Namespace. */
export const tenantRole = (fn: string) => `cite-tenant-${fn}`;

/** The API server's authorizer learns of a new binding in its own time, some milliseconds. */
const POLL_MS = 50;
const POLLS = 40;

export function kubernetesRights(
  { core, rbac, authorization }: Connection,
  platformNamespace: string,
): Pick<Namespaces, 'grantRights'> {
  const checkManaged = async (name: string) => {
    const found = await find(core.readNamespace({ name }));
    // Who writes the owners on a Namespace of his own gives it to Cite.
    if (!found || !(isManaged(found) || found.metadata?.annotations?.[OWNERS] !== undefined))
      throw new InvalidError(
        'namespace',
        `${name} is not a Namespace that Cite manages`,
        `Create it with the annotation ${OWNERS}.`,
      );
    if (found.metadata?.deletionTimestamp !== undefined)
      throw new InvalidError('namespace', `${name} is being deleted`, 'Wait until it is gone.');
  };

  /** Whether the caller's own rights there are in force. */
  const isGranted = async (namespace: string) => {
    const resourceAttributes = { namespace, verb: 'patch', resource: 'services' };
    const review = { spec: { resourceAttributes } };
    const { status } = await ask(authorization.createSelfSubjectAccessReview({ body: review }));
    return status?.allowed === true;
  };

  /** One by one: a listing may wait some 100 ms for the API server's cache. True: it was not there. */
  const bind = async (fn: string, namespace: string) => {
    const wanted = binding(fn, platformNamespace);
    const name = tenantRole(fn);
    const there = await find(rbac.readNamespacedRoleBinding({ namespace, name }));
    if (!there) {
      await create(rbac.createNamespacedRoleBinding({ namespace, body: wanted }));
      return true;
    }
    const binds = ({ roleRef, subjects = [] }: V1RoleBinding) => ({
      role: [roleRef.kind, roleRef.name],
      to: subjects.map((subject) => [subject.kind, subject.name, subject.namespace]),
    });
    if (!isDeepStrictEqual(binds(there), binds(wanted)))
      throw new InvalidError('namespace', `RoleBinding ${name} in ${namespace} is not Cite's`, 'Delete it.');
    return false;
  };

  return {
    async grantRights(namespace) {
      checkNames({ namespace });
      await checkManaged(namespace);
      const made = await Promise.all(tenantFunctions.map((fn) => bind(fn, namespace)));
      if (!made.includes(true)) return;
      for (let poll = 0; !(await isGranted(namespace)); poll += 1) {
        if (poll === POLLS) throw new RetryableError(`the rights in ${namespace} are not in force yet`);
        await delay(POLL_MS);
      }
    },
  };
}

function binding(fn: string, namespace: string): V1RoleBinding {
  const name = tenantRole(fn);
  return {
    metadata: { name, labels: { ...managed } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name: fn, namespace }],
  };
}
