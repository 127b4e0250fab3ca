import type { App } from '../../shared/domain/app.ts';
import { appSpec } from '../../shared/domain/app-spec.ts';
import { podSettings } from '../../shared/domain/release.ts';
import type { Address } from '../../shared/domain/workload.ts';
import { localCluster } from '../local/cluster/cluster.ts';
import { appLabels } from '../local/cluster/records/labels.ts';
import { Records } from '../local/cluster/records/records.ts';

const NAMESPACES = 10;
const APPS = 100;

export const seeded = { standbys: NAMESPACES * APPS };

/** Apps of which r2 is live and r1 on standby, with a ready pod that is to be asked at this address. */
export async function seed(dir: string, address: Address): Promise<void> {
  const clock = () => new Date();
  const cluster = localCluster({ dir, clock, serviceAddress: () => address });
  const records = new Records(dir, clock);
  try {
    for (let n = 0; n < NAMESPACES; n++) {
      const namespace = `team-${n}`;
      await cluster.createNamespace(namespace, namespace);
      for (let a = 0; a < APPS; a++) await seedApp(namespace, `app-${a}`);
    }
  } finally {
    records.close();
    cluster.close();
  }

  async function seedApp(namespace: string, name: string): Promise<void> {
    const readiness = { http: { path: '/health' }, timeoutSeconds: 10 };
    const spec = appSpec.parse({ repository: `${namespace}/${name}`, branch: 'main', readiness });
    const app = await cluster.createApp({ namespace, name }, spec);
    await cluster.ensureService(app);
    for (const number of [1, 2]) await seedRelease(app, number);
    const service = await cluster.getService(app);
    if (service) await cluster.switchService(service, 2, clock());
  }

  async function seedRelease(app: App, number: number): Promise<void> {
    const { namespace, name } = app;
    const sha = number.toString(16).padStart(40, '0');
    const image = `registry.internal/${app.spec.repository}@sha256:${sha.padStart(64, '0')}`;
    const at = clock().toISOString();
    const release = {
      number,
      change: `${app.uid}/${number}`,
      commit: sha,
      image,
      specHash: '0123456789abcdef',
      createdAt: at,
    };
    await cluster.createWorkload({ app, release, replicas: 1, pod: podSettings(app.spec), secret: {} });
    const record = records.get('Deployment', namespace, `${name}-r${number}`);
    if (!record) throw new Error(`r${number} of ${name} was not made`);
    const status = {
      observed: 1,
      pods: 1,
      ready: 1,
      available: 1,
      progress: 'complete',
      progressAt: at,
    } as const;
    const standby = number === 1 ? { standbySince: at } : {};
    records.update(record, { ...record.body, ...standby, outcome: 'deployed', status });
    const pod = { namespace, name: `${name}-r${number}-0` };
    const body = { app: { namespace, name }, release: number, phase: 'Running', restarts: 0 } as const;
    records.insert('Pod', pod, appLabels(app, number), { ...body, ready: true, address });
  }
}
