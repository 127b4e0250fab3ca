import type { Connection } from '../../../../shared/adapters/kubernetes/connection.ts';
import { mergePatch } from '../../../../shared/adapters/kubernetes/connection.ts';
import { workloadObjects } from '../../../../shared/adapters/kubernetes/workload-objects.ts';
import type { App } from '../../../../shared/domain/app.ts';
import { buildSettings } from '../../../../shared/domain/app-spec.ts';
import { ConflictError } from '../../../../shared/domain/errors.ts';
import type { Workload } from '../../../../shared/domain/workload.ts';
import type { Cluster, NewBuildJob } from '../../../../shared/ports/cluster.ts';
import { eventually, freshNamespace, newWorkload, specOf, textOf, uniqueKey } from '../../cluster/world.ts';
import { BUILDS, DIGEST } from '../world.ts';

/** Where a function's verb is tried. What it needs to be there, an administrator makes. */
export interface Stage {
  /** The adapter, in the function's own name. */
  readonly cluster: Cluster;
  readonly admin: Cluster;
  readonly connection: Connection;
  readonly app: App;
  /** The function asks for every Namespace at once. */
  readonly all: boolean;
  /** The function reads logs until their end. */
  readonly follows: boolean;
}

const IMAGE = `registry.test/good@${DIGEST}`;
const FOLLOWED_MS = 800;

/** Every verb of the port, tried such that the adapter asks the cluster for all that it ever does. */
export const exercises: Readonly<Record<keyof Cluster, (stage: Stage) => Promise<unknown>>> = {
  namespaceOwners: ({ cluster, app }) => cluster.namespaceOwners(app.namespace),
  createNamespace: ({ cluster }) => cluster.createNamespace(freshNamespace(), 'acme'),
  async grantRights({ cluster, admin, connection }) {
    const namespace = freshNamespace();
    await admin.createNamespace(namespace, 'acme');
    await cluster.grantRights(namespace);
    // Somebody has changed the copy: it is brought in line.
    const body = { data: { '.dockerconfigjson': Buffer.from('{"auths":{"old":{}}}').toString('base64') } };
    await connection.core.patchNamespacedSecret({ namespace, name: 'cite-pull', body }, mergePatch);
    await cluster.grantRights(namespace);
  },

  getApp: ({ cluster, app }) => cluster.getApp(app),
  appStatus: ({ cluster, app }) => cluster.appStatus(app),
  listApps: ({ cluster, app, all }) => (all ? cluster.listApps() : cluster.listApps(app.namespace)),
  createApp: ({ cluster, app }) => cluster.createApp({ ...app, name: 'other' }, specOf('acme')),
  updateApp: async (stage) =>
    stage.cluster.updateApp(await freshApp(stage), { finalizers: ['cite.dev/test'] }),
  async removeFinalizer(stage) {
    const app = await stage.admin.updateApp(await freshApp(stage), { finalizers: ['cite.dev/test'] });
    await stage.cluster.removeFinalizer(app, 'cite.dev/test');
  },
  setAppStatus: ({ cluster, app }) => cluster.setAppStatus(app, { state: 'live' }),
  recordEvent: ({ cluster, app }) =>
    cluster.recordEvent(app, { id: '1', type: 'Normal', reason: 'Deployed', message: '', at: new Date() }),
  listWarnings: ({ cluster, app }) => cluster.listWarnings(app),
  deleteApp: ({ cluster, app }) => cluster.deleteApp({ ...app, name: 'not-there' }),
  readSecret: ({ cluster, app }) => cluster.readSecret(app.namespace, 'keys'),
  async writeSecret({ cluster, app }) {
    await cluster.writeSecret(app.namespace, 'keys', { A: '1' });
    await cluster.writeSecret(app.namespace, 'keys', { A: '2' });
  },

  getService: ({ cluster, app }) => cluster.getService(app),
  listServices: ({ cluster }) => cluster.listServices(),
  foreignService: ({ cluster, app }) => cluster.foreignService(app),
  async ensureService({ cluster, admin, connection, app }) {
    const { namespace, name } = app;
    // Another verb's exercise may have made it.
    await admin.deleteService(app);
    await cluster.ensureService(app);
    const service = await admin.getService(app);
    if (service) await admin.switchService(service, 1, new Date());
    const body = { spec: { ports: [{ name: 'http', port: 8080 }] } };
    await connection.core.patchNamespacedService({ namespace, name, body }, mergePatch);
    await cluster.ensureService(app);
  },
  switchService: async (stage) => stage.cluster.switchService(await freshService(stage), 1, new Date()),
  raiseEpoch: async (stage) => stage.cluster.raiseEpoch(await freshService(stage)),
  async deleteService({ cluster, admin, app }) {
    await admin.ensureService(app);
    await cluster.deleteService(app);
  },

  namespaceDomains: ({ cluster, app }) => cluster.namespaceDomains(app.namespace),
  async ensureRoutes({ cluster, connection, app }) {
    const host = `shop.${app.namespace}.example.com`;
    await cluster.ensureRoutes(app, [host]);
    const mapping = {
      group: 'serving.knative.dev',
      version: 'v1beta1',
      plural: 'domainmappings',
      name: host,
    };
    const body = { spec: { ref: { apiVersion: 'v1', kind: 'Service', name: 'elsewhere' } } };
    const patch = { ...mapping, namespace: app.namespace, body };
    await connection.custom.patchNamespacedCustomObject(patch, mergePatch);
    await cluster.ensureRoutes(app, [host]);
    await cluster.ensureRoutes(app, []);
  },
  async releaseHosts({ cluster, admin, app }) {
    await admin.ensureRoutes(app, [`old.${app.namespace}.example.com`]);
    await cluster.releaseHosts(app);
  },
  loadBalancer: ({ cluster, app }) => cluster.loadBalancer(app),

  listWorkloads: ({ cluster, app, all }) => (all ? cluster.listWorkloads() : cluster.listWorkloads(app)),
  getWorkload: ({ cluster, app }) => cluster.getWorkload(app, 1),
  listPodSettings: ({ cluster, app }) => cluster.listPodSettings(app),
  async createWorkload({ cluster, connection, app }) {
    const { namespace } = app;
    const workload = newWorkload(app, 7, IMAGE, { replicas: 0, secret: { KEY: 'new' } });
    // What one that died had made, of an App whose spec and Secret have changed since.
    const { configMap, secret } = workloadObjects(
      { ...workload, pod: { ...workload.pod, env: { OLD: 'yes' } }, secret: { KEY: 'old' } },
      { pullSecret: true },
    );
    await connection.core.createNamespacedConfigMap({ namespace, body: configMap });
    await connection.core.createNamespacedSecret({ namespace, body: secret });
    await cluster.createWorkload(workload);
  },
  updateWorkload: (stage) =>
    unlessLost(async () => stage.cluster.updateWorkload(await freshWorkload(stage), { pinnedBy: 'Ada' })),
  deleteWorkload: (stage) => unlessLost(async () => stage.cluster.deleteWorkload(await freshWorkload(stage))),
  listPods: ({ cluster, app }) => cluster.listPods(app),
  async podLog({ cluster, admin, app, follows }) {
    await admin.createWorkload(newWorkload(app, 8, IMAGE));
    const pod = await eventually(async () => {
      const [first] = await admin.listPods(app, 8);
      if (!first) throw new Error('there is no pod yet');
      return first;
    });
    await textOf(cluster.podLog(pod, logOptions(follows)));
  },

  async startBuildJob({ cluster }) {
    const job = newJob();
    await cluster.startBuildJob(job);
    await cluster.startBuildJob(job);
  },
  async getBuildJob({ cluster, connection }) {
    // One that gets no pod: why not is looked for.
    const { key } = newJob();
    const metadata = {
      name: `b-${key}`,
      labels: { 'app.kubernetes.io/managed-by': 'cite', 'cite.dev/build': key },
    };
    const pod = { restartPolicy: 'Never', containers: [{ name: 'build', image: IMAGE }] };
    const spec = { managedBy: 'cite.dev/test', template: { spec: pod } };
    await connection.batch.createNamespacedJob({ namespace: BUILDS, body: { metadata, spec } });
    await cluster.getBuildJob(key);
  },
  listBuildJobs: ({ cluster }) => cluster.listBuildJobs(),
  async deleteBuildJob({ cluster, admin }) {
    const job = newJob();
    await admin.startBuildJob(job);
    await cluster.deleteBuildJob(job.key);
  },
  async buildJobLog({ cluster, admin, connection, follows }) {
    const job = newJob();
    await admin.startBuildJob(job);
    await eventually(async () => {
      const labelSelector = `cite.dev/build=${job.key}`;
      const { items } = await connection.core.listNamespacedPod({ namespace: BUILDS, labelSelector });
      if (items.length === 0) throw new Error('the Job has no pod yet');
    });
    await textOf(cluster.buildJobLog(job.key, logOptions(follows)));
  },
};

const logOptions = (follows: boolean) =>
  follows ? { follow: true, signal: AbortSignal.timeout(FOLLOWED_MS) } : { tail: 10 };

const newJob = (): NewBuildJob => ({
  key: uniqueKey(),
  repository: 'acme/shop',
  commit: 'c'.repeat(40),
  cloneUrl: 'https://git.test/acme/shop.git',
  credential: 'a token',
  settings: buildSettings.parse({}),
  timeoutSeconds: 600,
});

async function freshApp({ admin, app }: Stage): Promise<App> {
  const found = await admin.getApp(app);
  if (!found) throw new Error('the App is gone');
  return found;
}

async function freshService({ admin, app }: Stage) {
  await admin.ensureService(app);
  const service = await admin.getService(app);
  if (!service) throw new Error('the Service is gone');
  return service;
}

async function freshWorkload({ admin, app }: Stage): Promise<Workload> {
  await admin.createWorkload(newWorkload(app, 9, IMAGE, { replicas: 0 }));
  const workload = await admin.getWorkload(app, 9);
  if (!workload) throw new Error('the Workload is gone');
  return workload;
}

/** The controllers write to a Deployment too: what was asked for counts, not who won. */
async function unlessLost(write: () => Promise<unknown>): Promise<void> {
  await write().catch((error: unknown) => {
    if (!(error instanceof ConflictError)) throw error;
  });
}
