import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connect } from '../../../../shared/adapters/kubernetes/connection.ts';
import type { Cluster } from '../../../../shared/ports/cluster.ts';
import type { ApiServer } from '../api-server.ts';
import { BUILDS, clusterOf } from '../world.ts';
import { accounts, admissionObjects, type PolicyObject, rightsObjects } from './manifests.ts';

export const SYSTEM = 'cite-system';

/** A service account of the platform, as a pod of it speaks to the API server. */
export interface Account {
  readonly token: string;
  readonly connection: Connection;
  readonly cluster: Cluster;
}

/** knative/base/rights in force on the API server, and every service account of it signed in. */
export async function installRights({ connection, kubeconfig }: ApiServer) {
  for (const name of [SYSTEM, BUILDS])
    await connection.core.createNamespace({ body: { metadata: { name } } }).catch(() => undefined);
  for (const object of rightsObjects) await apply(connection, object);
  for (const object of admissionObjects) await apply(connection, object);
  await connection.core
    .createNamespacedSecret({ namespace: SYSTEM, body: PULL_SECRET })
    .catch(() => undefined);
  const directory = await mkdtemp(join(tmpdir(), 'cite-rights-'));
  const text = await readFile(kubeconfig, 'utf8');
  const signedIn = new Map<string, Account>();
  for (const name of accounts) {
    const request = { namespace: SYSTEM, name, body: { spec: { audiences: [] } } };
    const token = (await connection.core.createNamespacedServiceAccountToken(request)).status?.token ?? '';
    const file = join(directory, name);
    await writeFile(file, text.replace(/token: [^}\n]*/, `token: ${token}`));
    signedIn.set(name, { token, connection: connect(file), cluster: clusterOf(file, { pullSecret: true }) });
  }
  return {
    as(name: string): Account {
      const found = signedIn.get(name);
      if (!found) throw new Error(`there is no service account ${name}`);
      return found;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

const PULL_SECRET = {
  metadata: { name: 'cite-pull' },
  type: 'kubernetes.io/dockerconfigjson',
  stringData: { '.dockerconfigjson': '{"auths":{}}' },
};

const PLURALS = {
  ServiceAccount: 'serviceaccounts',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
} as const;

/** As `kubectl apply --server-side` does. */
async function apply({ raw }: Connection, { apiVersion, kind, metadata, text }: PolicyObject): Promise<void> {
  const group = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const place = metadata.namespace === undefined ? group : `${group}/namespaces/${metadata.namespace}`;
  const path = `${place}/${PLURALS[kind]}/${metadata.name}?fieldManager=cite&force=true&fieldValidation=Strict`;
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const applied = await raw(path, { method: 'PATCH', headers, body: text });
  if (!applied.ok) throw new Error(`${kind} ${metadata.name} was refused: ${await applied.text()}`);
}
