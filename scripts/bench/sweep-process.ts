import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { handle } from '../../functions/gcSweep/handle.ts';
import type { Cluster } from '../../shared/ports/cluster.ts';
import { host } from '../../shared/runtime/host.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { localCluster } from '../local/cluster/cluster.ts';
import { sqliteStore } from '../local/store/store.ts';
import { given, serve } from './in-child.ts';

/** The sweep as it is deployed, on its event; or in its place nothing but the listing of the same records. */
const { dir, bare } = given<{ dir: string; bare: boolean }>();
const clock = () => new Date();
const serviceAddress = () => ({ host: '127.0.0.1', port: 9, authority: 'nowhere' });
const calls: Record<string, number> = {};
const cluster = counted(localCluster({ dir, clock, serviceAddress }));

function counted(port: Cluster): Cluster {
  return new Proxy(port, {
    get(target, name: keyof Cluster & string) {
      const method = target[name] as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        calls[name] = (calls[name] ?? 0) + 1;
        return method(...args);
      };
    },
  });
}

const listing = createServer((req, res) => {
  req.resume();
  void cluster.listWorkloads().then((workloads) => res.writeHead(workloads.length > 0 ? 204 : 500).end());
});
const sweep = () =>
  host(
    'gcSweep',
    handle({
      cluster,
      store: sqliteStore({ file: join(dir, 'store.sqlite'), clock }),
      clock,
      newId: randomUUID,
      log: logger('gcSweep', 'info'),
    }),
  );
await serve(bare ? listing : sweep(), () => ({ calls }));
