import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RetryableError } from '../../../../shared/domain/errors.ts';

/**
 * One table for every kind, as etcd has one key space: an object is a row with its version, and the row of `changes`
 * that tells of a write is written in the same transaction. `app` is the label, for listings of one App.
 */
const schema = `
  create table if not exists records (
    kind text not null, namespace text not null, name text not null, uid text not null, version integer not null,
    created text not null, app text, labels text not null, body text not null,
    primary key (kind, namespace, name)
  ) strict, without rowid;
  create index if not exists records_of_app on records (kind, namespace, app);
  create table if not exists changes (
    sequence integer primary key autoincrement, kind text not null, namespace text not null, name text not null,
    uid text not null, verb text not null, labels text not null, at text not null
  ) strict;
  create table if not exists readers (name text primary key, sequence integer not null) strict;
  create table if not exists facts (name text primary key, value text not null) strict;
`;

/** How long a write waits for another process's write before it is given up; each takes well under a millisecond. */
const BUSY_MS = 5000;

export const databaseFile = (dir: string) => join(resolve(dir), 'cluster.sqlite');

/** Opens the records of a data folder, made where they are not there. Several processes may have them open at once. */
export function openDatabase(dir: string): DatabaseSync {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(databaseFile(dir), { timeout: BUSY_MS });
  // With WAL, NORMAL loses nothing when a process is killed; only a power cut may lose the last writes.
  database.exec('pragma journal_mode = wal; pragma synchronous = normal');
  transaction(database, () => database.exec(schema));
  return database;
}

/** Runs it whole or not at all; inside another one it is part of that one. Writers queue up. */
export function transaction<T>(database: DatabaseSync, run: () => T): T {
  if (database.isTransaction) return run();
  return retryable(() => {
    database.exec('begin immediate');
    try {
      const result = run();
      database.exec('commit');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('rollback');
      throw error;
    }
  });
}

/** SQLite's primary result codes that another try may get past: busy, locked, I/O, full, cannot open. */
const PASSING = new Set([5, 6, 10, 13, 14]);

export function retryable<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
    if (code !== undefined && PASSING.has(code))
      throw new RetryableError('the records cannot be reached', { cause: error });
    throw error;
  }
}
