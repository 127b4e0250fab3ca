import { resolve } from 'node:path';
import type { Cluster } from '../../../shared/ports/cluster.ts';
import { apps } from './records/apps.ts';
import { builds } from './records/builds.ts';
import { namespaces } from './records/namespaces.ts';
import { pods } from './records/pods.ts';
import { Records } from './records/records.ts';
import { routes } from './records/routes.ts';
import { secrets } from './records/secrets.ts';
import { type ServiceAddress, services } from './records/services.ts';
import { workloads } from './records/workloads.ts';

/**
 * The Cluster port on one machine: it only reads and writes records in the data folder, so that any process may use it;
 * `supervisor` makes them true. Blocked on nothing but another process's write, it answers RetryableError after 1 s.
 */
export function localCluster(options: {
  readonly dir: string;
  readonly clock: () => Date;
  readonly serviceAddress: ServiceAddress;
}): Cluster & { close(): void } {
  const dir = resolve(options.dir);
  const records = new Records(dir, options.clock);
  return {
    ...namespaces(records),
    ...apps(records),
    ...secrets(records),
    ...services(records, options.serviceAddress),
    ...routes(options.serviceAddress),
    ...workloads(records),
    ...pods(records, dir),
    ...builds(records, dir),
    close: () => records.close(),
  };
}
