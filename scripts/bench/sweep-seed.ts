import type { App } from '../../shared/domain/app.ts';
import { appSpec } from '../../shared/domain/app-spec.ts';
import { podSettings } from '../../shared/domain/release.ts';
import type { Workload } from '../../shared/domain/workload.ts';
import type { Cluster } from '../../shared/ports/cluster.ts';
import { localCluster } from '../local/cluster/cluster.ts';

const NAMESPACES = 5;
const APPS = 100;
const RELEASES = 20;
const HOUR_MS = 3_600_000;

export const seeded = {
  namespaces: NAMESPACES,
  releases: NAMESPACES * APPS * RELEASES,
  /** Of each App: one past its standby, and those at 0 pods beyond the last ten. */
  toDo: NAMESPACES * APPS * (1 + RELEASES - 3 - 10),
};

/** As a platform looks after months: of each App one release is live, two are standby, the rest at 0 pods. */
export async function seed(dir: string): Promise<void> {
  const clock = () => new Date();
  const serviceAddress = () => ({ host: '127.0.0.1', port: 9, authority: 'nowhere' });
  const cluster = localCluster({ dir, clock, serviceAddress });
  try {
    for (let n = 0; n < NAMESPACES; n++) {
      const namespace = `team-${n}`;
      await cluster.createNamespace(namespace, namespace);
      for (let a = 0; a < APPS; a++) await seedApp(cluster, namespace, `app-${a}`);
    }
  } finally {
    cluster.close();
  }
}

async function seedApp(cluster: Cluster, namespace: string, name: string): Promise<void> {
  const repository = `${namespace}/${name}`;
  const env = { DATABASE_HOST: 'db.internal', FEATURES: 'a,b,c', REGION: 'eu-west-1' };
  const app = await cluster.createApp(
    { namespace, name },
    appSpec.parse({ repository, branch: 'main', env }),
  );
  await cluster.ensureService(app);
  for (let number = 1; number <= RELEASES; number++) await seedRelease(cluster, app, number);
  const service = await cluster.getService(app);
  if (service) await cluster.switchService(service, RELEASES, new Date());
}

async function seedRelease(cluster: Cluster, app: App, number: number): Promise<void> {
  const sha = number.toString(16).padStart(40, '0');
  const release = {
    number,
    change: `${app.uid}/${number}`,
    commit: sha,
    image: `registry.internal/${app.spec.repository}@sha256:${sha.padStart(64, '0')}`,
    specHash: '0123456789abcdef',
    createdAt: new Date().toISOString(),
  };
  const pod = podSettings(app.spec);
  await cluster.createWorkload({ app, release, replicas: 1, pod, secret: { TOKEN: 'not a secret' } });
  const workload = (await cluster.getWorkload(app, number)) as Workload;
  await cluster.updateWorkload(workload, { outcome: 'deployed', ...ageOf(number) });
}

function ageOf(number: number) {
  if (number === RELEASES) return {};
  if (number === RELEASES - 1) return { standbySince: new Date() };
  const standbySince = new Date(Date.now() - 2 * HOUR_MS);
  return number === RELEASES - 2 ? { standbySince } : { standbySince, replicas: 0 };
}
