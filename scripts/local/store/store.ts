import type { Store } from '../../../shared/ports/store.ts';
import { answers } from './answers.ts';
import { audit } from './audit.ts';
import { builds } from './builds.ts';
import { changes } from './changes.ts';
import { openDatabase } from './database.ts';
import { deadLetters } from './dead-letters.ts';
import { deliveries } from './deliveries.ts';
import { expire } from './expire.ts';
import { grants } from './grants.ts';
import { leases } from './leases.ts';
import { logs } from './logs.ts';
import { notices } from './notices.ts';
import { outbox } from './outbox.ts';
import { standbyChecks } from './standby-checks.ts';

export interface SqliteOptions {
  /** Its folder must be there. Several processes may open one file. */
  readonly file: string;
  readonly clock: () => Date;
}

/** The store in one SQLite file. Throws RetryableError when it cannot be opened. */
export function sqliteStore({ file, clock }: SqliteOptions): Store & { close(): Promise<void> } {
  const database = openDatabase(file);
  return {
    ...deliveries(database),
    ...changes(database),
    ...builds(database, clock),
    ...logs(database, clock),
    ...outbox(database),
    ...notices(database, clock),
    ...deadLetters(database),
    ...audit(database),
    ...grants(database, clock),
    ...standbyChecks(database),
    ...answers(database),
    ...leases(database, clock),
    expire: expire(database),
    close: async () => {
      if (database.sql.isOpen) database.sql.close();
    },
  };
}
