import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '../../shared/adapters/kubernetes/connection.ts';
import type { Cluster } from '../../shared/ports/cluster.ts';
import { newWorkload, releaseOf, specOf } from '../contract/cluster/world.ts';
import type { ApiServer } from '../contract/kubernetes/api-server.ts';
import { clusterOf, DIGEST } from '../contract/kubernetes/world.ts';

export const IMAGE = `registry.test/good@${DIGEST}`;
export const WEB = { namespace: 'acme', name: 'web' };

const PLATFORM = 'cite-system';
const part = { 'app.kubernetes.io/part-of': 'cite' };
const mine = { 'app.kubernetes.io/managed-by': 'cite' };
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const SERVING = '/apis/serving.knative.dev';
const CLAIMS = '/apis/networking.internal.knative.dev/v1alpha1/clusterdomainclaims';

/** Requests by path: most of what is installed has no typed client. */
export function requests({ raw }: Connection) {
  return {
    async post(path: string, body: object): Promise<void> {
      const headers = { 'content-type': 'application/json' };
      const made = await raw(path, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!made.ok) throw new Error(`${path} was refused: ${await made.text()}`);
    },
    has: async (path: string) => (await raw(path, {})).ok,
    read: async (path: string) =>
      (await (await raw(path, {})).json()) as { metadata: { ownerReferences?: unknown } },
    remove: (path: string) => raw(path, { method: 'DELETE' }),
  };
}

const ref = (kind: string, group: string, name: string) => ({
  ref: { apiVersion: `${group}/v1`, kind, name, namespace: PLATFORM },
});

/** One of each kind that the platform consists of, as its manifests have them; nobody acts on them here. */
export async function installPlatform({ connection }: ApiServer): Promise<void> {
  const { post } = requests(connection);
  const object = (apiVersion: string, kind: string, name: string, rest: object) => ({
    apiVersion,
    kind,
    metadata: { name, labels: part },
    ...rest,
  });
  for (const name of [PLATFORM, 'cite-builds'])
    await post('/api/v1/namespaces', object('v1', 'Namespace', name, {}));
  const broker = { sink: ref('Broker', 'eventing.knative.dev', 'cite') };
  const inPlatform: [string, string, string, string, object][] = [
    ['eventing.knative.dev/v1', 'brokers', 'Broker', 'cite', { spec: {} }],
    [
      'eventing.knative.dev/v1',
      'triggers',
      'Trigger',
      'on-push',
      { spec: { broker: 'cite', subscriber: ref('Service', 'serving.knative.dev', 'on-push') } },
    ],
    ['sources.knative.dev/v1', 'pingsources', 'PingSource', 'resync', { spec: broker }],
    [
      'sources.knative.dev/v1',
      'apiserversources',
      'ApiServerSource',
      'apps',
      { spec: { ...broker, resources: [{ apiVersion: 'cite.dev/v1alpha1', kind: 'App' }] } },
    ],
    ['serving.knative.dev/v1', 'services', 'Service', 'on-push', { spec: {} }],
  ];
  for (const [version, plural, kind, name, rest] of inPlatform)
    await post(`/apis/${version}/namespaces/${PLATFORM}/${plural}`, object(version, kind, name, rest));
  const rbac = 'rbac.authorization.k8s.io/v1';
  await post(`${RBAC}/clusterroles`, object(rbac, 'ClusterRole', 'cite-resync', { rules: [] }));
  await post(
    `${RBAC}/clusterrolebindings`,
    object(rbac, 'ClusterRoleBinding', 'cite-resync', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cite-resync' },
      subjects: [],
    }),
  );
}

/** An App that is live as r1, reached by a name of its own, in a Namespace with somebody else's Deployment. */
export async function deployApp({ kubeconfig, connection }: ApiServer): Promise<void> {
  const { post } = requests(connection);
  const cluster = clusterOf(kubeconfig);
  const { namespace, name } = WEB;
  await cluster.createNamespace(namespace, 'acme');
  await post(`${RBAC}/namespaces/${namespace}/rolebindings`, {
    metadata: { name: 'cite-tenant-console', labels: mine },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cite-tenant-console' },
    subjects: [],
  });
  await registerLive(cluster);
  const app = await cluster.getApp(WEB);
  const labels = { ...mine, 'cite.dev/app': name };
  const owner = { apiVersion: 'cite.dev/v1alpha1', kind: 'App', name, uid: app?.uid };
  await post(CLAIMS, {
    apiVersion: 'networking.internal.knative.dev/v1alpha1',
    kind: 'ClusterDomainClaim',
    metadata: { name: 'web.acme.test', labels },
    spec: { namespace },
  });
  await post(`${SERVING}/v1beta1/namespaces/${namespace}/domainmappings`, {
    apiVersion: 'serving.knative.dev/v1beta1',
    kind: 'DomainMapping',
    metadata: { name: 'web.acme.test', labels, ownerReferences: [owner] },
    spec: { ref: { apiVersion: 'v1', kind: 'Service', name } },
  });
  await post(`/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: 'cite-pull', labels: mine } });
  const theirs = { app: 'theirs' };
  await post(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
    metadata: { name: 'theirs', labels: theirs },
    spec: {
      selector: { matchLabels: theirs },
      template: { metadata: { labels: theirs }, spec: { containers: [{ name: 'a', image: IMAGE }] } },
    },
  });
}

async function registerLive(cluster: Cluster): Promise<void> {
  const app = await cluster.createApp(WEB, specOf('acme', { env: { KEY: 'value' } }));
  const release = releaseOf(1, IMAGE);
  const numbered = await cluster.updateApp(app, { lastRelease: release, finalizers: ['cite.dev/cleanup'] });
  await cluster.ensureService(numbered);
  await cluster.createWorkload(newWorkload(numbered, 1, IMAGE));
  const service = await cluster.getService(WEB);
  if (!service) throw new Error('the Service was not made');
  await cluster.switchService(service, 1, new Date());
}

/** The type alone: what a new installation begins with. */
export async function installCrd({ connection: { raw } }: ApiServer): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/apps.cite.dev?fieldManager=cite';
  const body = await readFile('knative/base/crd.yaml', 'utf8');
  await raw(path, { method: 'PATCH', headers: { 'content-type': 'application/apply-patch+yaml' }, body });
  while (!(await raw('/apis/cite.dev/v1alpha1/apps', {})).ok) await delay(50);
}

/** Where what runs the App, and what is somebody else's, is found. */
export const paths = {
  deployment: '/apis/apps/v1/namespaces/acme/deployments/web-r1',
  service: '/api/v1/namespaces/acme/services/web',
  domain: `${SERVING}/v1beta1/namespaces/acme/domainmappings/web.acme.test`,
  claim: `${CLAIMS}/web.acme.test`,
  pullSecret: '/api/v1/namespaces/acme/secrets/cite-pull',
  theirs: '/apis/apps/v1/namespaces/acme/deployments/theirs',
  tenant: '/api/v1/namespaces/acme',
  cleaner: `${SERVING}/v1/namespaces/${PLATFORM}/services`,
} as const;

/** Everything of the platform itself. */
export const platformPaths = [
  `/api/v1/namespaces/${PLATFORM}`,
  '/api/v1/namespaces/cite-builds',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/apps.cite.dev',
  `${RBAC}/clusterroles/cite-resync`,
  `${RBAC}/clusterrolebindings/cite-resync`,
  `${RBAC}/namespaces/acme/rolebindings/cite-tenant-console`,
] as const;
