import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import { localCluster } from '../../../scripts/local/cluster/cluster.ts';
import { Records } from '../../../scripts/local/cluster/records/records.ts';
import { sqliteStore } from '../../../scripts/local/store/store.ts';
import type { App } from '../../../shared/domain/app.ts';
import { InvalidError } from '../../../shared/domain/errors.ts';
import type { Cluster } from '../../../shared/ports/cluster.ts';
import { type Config, readConfig } from '../../../shared/runtime/config.ts';
import { address, temporaryFolder } from '../../local/world.ts';

/** The real store and the real records of one data folder; `from` is a folder to begin with. */
export function openSystems(clock: () => Date, from?: string) {
  const { dir, remove } = temporaryFolder();
  if (from !== undefined) cpSync(from, dir, { recursive: true });
  const records = new Records(dir, clock);
  const cluster = localCluster({ dir, clock, serviceAddress: address });
  const file = join(dir, 'store.db');
  const store = sqliteStore({ file, clock });
  return {
    dir,
    records,
    cluster,
    store,
    /** Everything that the store knows is lost. */
    wipe(): void {
      const database = new DatabaseSync(file);
      const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
      for (const { name } of tables)
        if (!String(name).startsWith('sqlite_')) database.exec(`delete from ${name}`);
      database.close();
    },
    async close(): Promise<void> {
      records.close();
      cluster.close();
      await store.close();
      remove();
    },
  };
}

/** A cluster as Kubernetes is one where an App was written past the schema: listings leave it out, a look at it fails. */
export function withUnreadable(cluster: Cluster, unreadable: ReadonlySet<string>): Cluster {
  const isReadable = (app: Pick<App, 'name'>) => !unreadable.has(app.name);
  return {
    ...cluster,
    listApps: async (namespace) => (await cluster.listApps(namespace)).filter(isReadable),
    async getApp(ref) {
      if (isReadable(ref)) return cluster.getApp(ref);
      throw new InvalidError('spec', 'is not as the schema has it', 'Correct it.');
    },
  };
}

export const silent = pino({ level: 'silent' });

export const config = readConfig(
  {
    WEBHOOK_SECRET: 'a secret of enough length',
    WEBHOOK_URL: 'http://hooks.test',
    CONSOLE_URL: 'http://console.test',
    APP_URL: 'http://{name}.{namespace}.test',
    DEPLOY_BOT: 'cite-bot',
  },
  [
    'WEBHOOK_SECRET',
    'WEBHOOK_SECRET_BEFORE',
    'WEBHOOK_URL',
    'CONSOLE_URL',
    'APP_URL',
    'DEPLOY_BOT',
    'ALLOWED_REGISTRIES',
    'PLATFORM_NAMESPACE',
  ],
) as Config;
