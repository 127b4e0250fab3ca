import { DatabaseSync } from 'node:sqlite';
import { RetryableError } from '../../../shared/domain/errors.ts';
import { schema } from './schema.ts';

/** Milliseconds to wait for another process's write; a write here takes far less. The wait blocks this process. */
const PATIENCE = 1000;
const WAL_PAUSE = 10;

/** https://sqlite.org/rescode.html: busy, locked, I/O error, disk full, cannot open. Time may mend these. */
const mendable = new Set([5, 6, 10, 13, 14]);

export interface Database {
  readonly sql: DatabaseSync;
  /** One or more reads. Throws RetryableError when the file cannot be reached. */
  readonly read: <T>(work: () => T) => Promise<T>;
  /** One transaction that holds the write lock from its start, so that what it read is still so when it writes. */
  readonly write: <T>(work: () => T) => Promise<T>;
}

/** Opens the file, which several processes may share. Throws RetryableError when it cannot be opened. */
export function openDatabase(file: string): Database {
  return reached(() => {
    const sql = new DatabaseSync(file, { timeout: PATIENCE });
    turnToWal(sql);
    sql.exec('pragma synchronous = normal');
    transaction(sql, () => sql.exec(schema));
    return {
      sql,
      read: async (work) => reached(work),
      write: async (work) => reached(() => transaction(sql, work)),
    };
  });
}

/** Where two processes do this to a new file at once, SQLite refuses one without waiting: so this waits. */
function turnToWal(sql: DatabaseSync): void {
  for (let waited = 0; ; waited += WAL_PAUSE) {
    try {
      sql.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      if (waited >= PATIENCE) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_PAUSE);
    }
  }
}

function transaction<T>(sql: DatabaseSync, work: () => T): T {
  sql.exec('begin immediate');
  try {
    const result = work();
    sql.exec('commit');
    return result;
  } catch (error) {
    if (sql.isTransaction) sql.exec('rollback');
    throw error;
  }
}

function reached<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const code = (cause as { errcode?: unknown }).errcode;
    // The low byte is the primary code; the rest says which kind of it.
    if (typeof code === 'number' && mendable.has(code & 0xff))
      throw new RetryableError(`The store's file cannot be used now: ${(cause as Error).message}`, { cause });
    throw cause;
  }
}
