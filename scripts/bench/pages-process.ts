import '../jsx.mjs';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { github } from '../../shared/adapters/github/github.ts';
import { appSpec } from '../../shared/domain/app-spec.ts';
import { changeOf, openChange } from '../../shared/domain/change.ts';
import { podSettings } from '../../shared/domain/release.ts';
import type { Cluster } from '../../shared/ports/cluster.ts';
import type { Store } from '../../shared/ports/store.ts';
import { host } from '../../shared/runtime/host.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { localCluster } from '../local/cluster/cluster.ts';
import { sqliteStore } from '../local/store/store.ts';
import { given, serve } from './in-child.ts';

/** The console over that many Apps; or in its place nothing but the listing of them, as JSON. */
const { dir, apps, bare } = given<{ dir: string; apps: number; bare: boolean }>();
const { handle } = await import('../../functions/console/handle.ts');
const clock = () => new Date();
const serviceAddress = () => ({ host: '127.0.0.1', port: 9, authority: 'nowhere' });
const cluster = localCluster({ dir, clock, serviceAddress });
const store = sqliteStore({ file: join(dir, 'store.sqlite'), clock });
if ((await cluster.listApps()).length === 0) await seed(cluster, store);

const listing = createServer((req, res) => {
  req.resume();
  void cluster.listApps().then((all) => res.end(JSON.stringify(all)));
});
const pages = () =>
  host(
    'console',
    handle({
      cluster,
      store,
      codeHost: github({ apiUrl: 'http://127.0.0.1:9', token: 'of no use', cloneUrl: 'http://127.0.0.1:9' }),
      events: { emit: async () => undefined },
      clock,
      newId: randomUUID,
      log: logger('console', 'warn'),
      config: {
        ALLOWED_REGISTRIES: [],
        PLATFORM_NAMESPACE: 'cite-system',
        WEBHOOK_URL: 'http://127.0.0.1:1/webhooks',
      },
    }),
  );
await serve(bare ? listing : pages());

/** Each App has one release live and one on standby, of two pushes. */
async function seed(cluster: Cluster, store: Store): Promise<void> {
  for (let n = 0; n < 5; n++) await cluster.createNamespace(`team-${n}`, `team-${n}`);
  for (let i = 0; i < apps; i++) {
    const ref = { namespace: `team-${i % 5}`, name: `app-${i}` };
    const spec = appSpec.parse({ repository: `${ref.namespace}/${ref.name}`, branch: 'main' });
    const app = await cluster.createApp(ref, spec);
    await cluster.ensureService(app);
    for (const number of [1, 2]) {
      const commit = `${i.toString(16)}${number}`.padStart(40, '0');
      const change = changeOf(app, {
        id: `push-${number}`,
        kind: 'push',
        commit,
        title: `Make the basket of app ${i} remember what was in it (${number})`,
        author: 'Ada Lovelace',
      });
      const verdict = { outcome: 'deployed', release: number } as const;
      const ended = { state: 'ended', reason: `deployed as r${number}`, verdict, release: number } as const;
      await store.openChange(openChange({ ...change, ...ended }, clock()));
      const image = `registry.internal/${spec.repository}@sha256:${commit.padStart(64, '0')}`;
      const specHash = '0123456789abcdef';
      const release = {
        number,
        change: change.id,
        commit,
        image,
        specHash,
        createdAt: clock().toISOString(),
      };
      await cluster.createWorkload({ app, release, replicas: 1, pod: podSettings(spec), secret: {} });
      const workload = await cluster.getWorkload(app, number);
      if (workload) await cluster.updateWorkload(workload, { outcome: 'deployed' });
    }
    const service = await cluster.getService(app);
    if (service) await cluster.switchService(service, 2, clock());
    await cluster.setAppStatus(app, { live: 'r2', standby: 'r1', state: 'live' });
  }
}
