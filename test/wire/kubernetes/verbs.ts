import type { Connection } from '../../../shared/adapters/kubernetes/connection.ts';
import type { App } from '../../../shared/domain/app.ts';
import { buildSettings } from '../../../shared/domain/app-spec.ts';
import { ConflictError, InvalidError } from '../../../shared/domain/errors.ts';
import type { Workload } from '../../../shared/domain/workload.ts';
import type { Cluster } from '../../../shared/ports/cluster.ts';
import { eventually, newWorkload, specOf } from '../../contract/cluster/world.ts';
import { DIGEST } from '../../contract/kubernetes/world.ts';

/** Where a verb is tried: a Namespace with an App, which nobody else uses. */
export interface Stage {
  readonly app: App;
  /** Of a build, in the Namespace of all builds. */
  readonly key: string;
  /** The adapter without the proxy. */
  readonly direct: Cluster;
  readonly connection: Connection;
}

export interface Verb {
  /** Makes what the verb needs, and gives the call. */
  readonly prepare: (stage: Stage) => Promise<(cluster: Cluster) => Promise<unknown>>;
  /** What the same call meets after one that was done. */
  readonly lost?: abstract new (
    ...args: never[]
  ) => Error;
}

const IMAGE = `registry.test/good@${DIGEST}`;
const AT = new Date('2026-01-02T03:04:05.678Z');
const FINALIZER = 'cite.dev/test';

/** The call needs nothing but the stage. */
const bare = (call: (cluster: Cluster, stage: Stage) => Promise<unknown>): Verb => ({
  prepare: async (stage) => (cluster) => call(cluster, stage),
});

/** Every verb of the port but the two that read logs. A new one without a row here does not compile. */
export const verbs: Readonly<Record<Exclude<keyof Cluster, 'podLog' | 'buildJobLog'>, Verb>> = {
  namespaceOwners: bare((cluster, { app }) => cluster.namespaceOwners(app.namespace)),
  createNamespace: bare((cluster, { app }) => cluster.createNamespace(`${app.namespace}-new`, 'acme')),
  grantRights: bare((cluster, { app }) => cluster.grantRights(app.namespace)),

  getApp: bare((cluster, { app }) => cluster.getApp(app)),
  listApps: bare((cluster, { app }) => cluster.listApps(app.namespace)),
  // Whoever asked for it once more finds it there, with what he asked for.
  createApp: {
    ...bare((cluster, { app }) => cluster.createApp({ ...app, name: 'other' }, specOf('acme'))),
    lost: InvalidError,
  },
  updateApp: {
    ...bare((cluster, { app }) => cluster.updateApp(app, { finalizers: [FINALIZER] })),
    lost: ConflictError,
  },
  setAppStatus: bare((cluster, { app }) => cluster.setAppStatus(app, { state: 'live' })),
  appStatus: bare((cluster, { app }) => cluster.appStatus(app)),
  removeFinalizer: {
    async prepare({ app, direct }) {
      await direct.updateApp(app, { finalizers: [FINALIZER] });
      return (cluster) => cluster.removeFinalizer(app, FINALIZER);
    },
  },
  recordEvent: bare((cluster, { app }) =>
    cluster.recordEvent(app, { id: '1', type: 'Normal', reason: 'Deployed', message: 'r1', at: AT }),
  ),
  listWarnings: {
    async prepare({ app, direct }) {
      await direct.recordEvent(app, { id: '1', type: 'Warning', reason: 'Failed', message: 'r1', at: AT });
      return (cluster) => cluster.listWarnings(app);
    },
  },
  deleteApp: bare((cluster, { app }) => cluster.deleteApp(app)),
  readSecret: {
    async prepare({ app: { namespace }, direct }) {
      await direct.writeSecret(namespace, 'keys', { A: '1' });
      return (cluster) => cluster.readSecret(namespace, 'keys');
    },
  },
  writeSecret: {
    async prepare({ app: { namespace }, direct }) {
      await direct.writeSecret(namespace, 'keys', { A: '1', B: '1' });
      return (cluster) => cluster.writeSecret(namespace, 'keys', { A: '2' });
    },
  },

  getService: {
    async prepare({ app, direct }) {
      await direct.ensureService(app);
      return (cluster) => cluster.getService(app);
    },
  },
  listServices: {
    async prepare({ app, direct }) {
      await direct.ensureService(app);
      return async (cluster) => (await cluster.listServices()).filter((one) => isOf(one, app));
    },
  },
  foreignService: bare((cluster, { app }) => cluster.foreignService(app)),
  ensureService: bare((cluster, { app }) => cluster.ensureService(app)),
  switchService: {
    async prepare(stage) {
      const service = await freshService(stage);
      return (cluster) => cluster.switchService(service, 1, AT);
    },
    lost: ConflictError,
  },
  raiseEpoch: {
    async prepare(stage) {
      const service = await freshService(stage);
      return (cluster) => cluster.raiseEpoch(service);
    },
    lost: ConflictError,
  },
  deleteService: {
    async prepare({ app, direct }) {
      await direct.ensureService(app);
      return (cluster) => cluster.deleteService(app);
    },
  },

  namespaceDomains: bare((cluster, { app }) => cluster.namespaceDomains(app.namespace)),
  ensureRoutes: {
    async prepare({ app, direct }) {
      await direct.ensureRoutes(app, [`old.${app.namespace}.example.com`]);
      return (cluster) => cluster.ensureRoutes(app, [`new.${app.namespace}.example.com`]);
    },
  },
  releaseHosts: {
    async prepare({ app, direct }) {
      await direct.ensureRoutes(app, [`old.${app.namespace}.example.com`]);
      return (cluster) => cluster.releaseHosts(app);
    },
  },
  loadBalancer: bare((cluster, { app }) => cluster.loadBalancer(app)),

  listWorkloads: {
    async prepare(stage) {
      await settledWorkload(stage);
      return (cluster) => cluster.listWorkloads(stage.app);
    },
  },
  getWorkload: {
    async prepare(stage) {
      await settledWorkload(stage);
      return (cluster) => cluster.getWorkload(stage.app, 9);
    },
  },
  listPodSettings: {
    async prepare(stage) {
      await settledWorkload(stage);
      return (cluster) => cluster.listPodSettings(stage.app);
    },
  },
  createWorkload: bare((cluster, { app }) =>
    cluster.createWorkload(newWorkload(app, 7, IMAGE, { replicas: 0, secret: { KEY: 'new' } })),
  ),
  updateWorkload: {
    async prepare(stage) {
      const workload = await settledWorkload(stage);
      return (cluster) => cluster.updateWorkload(workload, { pinnedBy: 'Ada', standbySince: AT });
    },
    lost: ConflictError,
  },
  deleteWorkload: {
    async prepare(stage) {
      const workload = await settledWorkload(stage);
      return (cluster) => cluster.deleteWorkload(workload);
    },
  },
  listPods: bare((cluster, { app }) => cluster.listPods(app)),

  startBuildJob: bare((cluster, stage) => cluster.startBuildJob(newJob(stage))),
  getBuildJob: {
    async prepare(stage) {
      await stage.direct.startBuildJob(newJob(stage));
      return async (cluster) => (await cluster.getBuildJob(stage.key))?.phase;
    },
  },
  listBuildJobs: {
    async prepare(stage) {
      await stage.direct.startBuildJob(newJob(stage));
      return async (cluster) =>
        (await cluster.listBuildJobs()).flatMap(({ key, phase }) => (key === stage.key ? [phase] : []));
    },
  },
  deleteBuildJob: {
    async prepare(stage) {
      await stage.direct.startBuildJob(newJob(stage));
      return (cluster) => cluster.deleteBuildJob(stage.key);
    },
  },
};

const isOf = (one: { readonly app: { readonly namespace: string } }, { namespace }: App) =>
  one.app.namespace === namespace;

const newJob = ({ key }: Stage) => ({
  key,
  repository: 'acme/shop',
  commit: 'c'.repeat(40),
  cloneUrl: 'https://git.test/acme/shop.git',
  credential: 'a token',
  settings: buildSettings.parse({}),
  timeoutSeconds: 600,
});

async function freshService({ app, direct }: Stage) {
  await direct.ensureService(app);
  const service = await direct.getService(app);
  if (!service) throw new Error('the Service is gone');
  return service;
}

/** A Workload that the controllers have done all their writing to. */
async function settledWorkload({ app, direct, connection }: Stage): Promise<Workload> {
  await direct.createWorkload(newWorkload(app, 9, IMAGE, { replicas: 0 }));
  const at = { namespace: app.namespace, name: `${app.name}-r9` };
  await eventually(async () => {
    const { metadata, status } = await connection.apps.readNamespacedDeployment(at);
    const isSettled =
      status?.observedGeneration === metadata?.generation &&
      status?.conditions?.some(({ reason }) => reason === 'NewReplicaSetAvailable');
    if (!isSettled) throw new Error('the controllers are at work');
  });
  const workload = await direct.getWorkload(app, 9);
  if (!workload) throw new Error('the Workload is gone');
  return workload;
}
