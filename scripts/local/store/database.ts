import type { DatabaseSync } from 'node:sqlite';
import { openSqlite, retryable, transaction } from '../sqlite.ts';
import { schema } from './schema.ts';

export interface Database {
  readonly sql: DatabaseSync;
  /** One or more reads. Throws RetryableError when the file cannot be reached. */
  readonly read: <T>(work: () => T) => Promise<T>;
  /** One transaction. Throws RetryableError when the file cannot be written. */
  readonly write: <T>(work: () => T) => Promise<T>;
}

/** Opens the file, which several processes may share. Throws RetryableError when it cannot be opened. */
export function openDatabase(file: string): Database {
  const sql = openSqlite(file, schema);
  return {
    sql,
    read: async (work) => retryable(work),
    write: async (work) => transaction(sql, work),
  };
}
