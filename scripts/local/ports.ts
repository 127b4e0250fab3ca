import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { brokerEvents } from '../../shared/adapters/broker/events.ts';
import { github } from '../../shared/adapters/github/github.ts';
import { httpProbe } from '../../shared/adapters/http-probe/probe.ts';
import { httpReceivers } from '../../shared/adapters/http-receiver/receivers.ts';
import { type Config, readConfig } from '../../shared/runtime/config.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { localCluster } from './cluster/cluster.ts';
import { appAuthority } from './hosts.ts';
import { ImageFolder } from './images/image-folder.ts';
import type { LocalFunction } from './local-functions.ts';
import { sqliteStore } from './store/store.ts';

/** What the functions of one process share: the records of the data folder, which other processes may have open too. */
export type LocalSystems = Pick<
  Ports,
  'cluster' | 'store' | 'registry' | 'probe' | 'clock' | 'sleep' | 'newId'
> & {
  close(): Promise<void>;
};

export function openSystems(dir: string, port: number, clock: () => Date): LocalSystems {
  const store = sqliteStore({ file: join(dir, 'store.sqlite'), clock });
  const cluster = localCluster({
    dir,
    clock,
    serviceAddress: (app) => ({ host: '127.0.0.1', port, authority: appAuthority(app, port) }),
  });
  return {
    cluster,
    store,
    registry: new ImageFolder(dir),
    probe: httpProbe,
    clock,
    sleep,
    newId: randomUUID,
    async close() {
      cluster.close();
      await store.close();
    },
  };
}

/** The ports of one function. It gets no more than its manifest names: without GitHub's token there is no code host. */
export function portsOf(fn: LocalFunction, systems: LocalSystems, log: Logger): Partial<Ports> {
  const config = readConfig(fn.env, fn.variables) as Partial<Config>;
  const { BROKER_URL: url, GITHUB_API_URL: apiUrl, GITHUB_CLONE_URL: cloneUrl, GITHUB_TOKEN: token } = config;
  const { NOTIFY_PRIVATE_RANGES: privateRanges } = config;
  return {
    ...systems,
    config: config as Config,
    log,
    ...(url && { events: brokerEvents({ url, source: fn.name, clock: systems.clock }) }),
    ...(privateRanges && { receivers: httpReceivers({ privateRanges }) }),
    ...(apiUrl && cloneUrl && token && { codeHost: github({ apiUrl, cloneUrl, token, log }) }),
  };
}
