import { chmodSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { RetryableError } from '../../shared/domain/errors.ts';

/** Milliseconds to wait for another process's write; a write here takes far less. The wait blocks this process. */
const PATIENCE = 1000;
const WAL_PAUSE = 10;

/** https://sqlite.org/rescode.html: busy, locked, I/O error, disk full, cannot open. Time may mend these. */
const MENDABLE = new Set([5, 6, 10, 13, 14]);

/**
 * Opens a file of its owner's alone, made where it is not there; several processes may have it open. Throws
 * RetryableError where it cannot be opened now.
 */
export function openSqlite(file: string, schema: string): DatabaseSync {
  return retryable(() => {
    keepToOwner(file);
    const database = new DatabaseSync(file, { timeout: PATIENCE });
    turnToWal(database);
    // With WAL, NORMAL loses nothing when a process is killed; only a power cut may lose the last writes.
    database.exec('pragma synchronous = normal');
    transaction(database, () => database.exec(schema));
    return database;
  });
}

/**
 * Runs it whole or not at all; inside another one it is part of that one. It holds the write lock from its start, so
 * that what it read is still so when it writes. Throws RetryableError where the file cannot be written now.
 */
export function transaction<T>(database: DatabaseSync, run: () => T): T {
  if (database.isTransaction) return run();
  return retryable(() => {
    database.exec('begin immediate');
    try {
      const result = run();
      database.exec('commit');
      return result;
    } catch (error) {
      // A full disk has ended it already.
      if (database.isTransaction) database.exec('rollback');
      throw error;
    }
  });
}

/** What time may mend in it is a RetryableError. */
export function retryable<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) : undefined;
    // The low byte is the primary code; the rest says which kind of it.
    if (code !== undefined && MENDABLE.has(code & 0xff))
      throw new RetryableError(`the records cannot be reached: ${(cause as Error).message}`, { cause });
    throw cause;
  }
}

/**
 * SQLite gives the files that it puts beside it the same rights. One that is there is never opened for this: its
 * closing would give back the locks that this process holds on it (https://sqlite.org/howtocorrupt.html, 2.2).
 */
function keepToOwner(file: string): void {
  try {
    writeFileSync(file, '', { flag: 'ax', mode: 0o600 });
  } catch (error) {
    // What else is wrong with it, SQLite says.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') chmodSync(file, 0o600);
  }
}

/** Where two processes do this to a new file at once, SQLite refuses one without waiting: so this waits. */
function turnToWal(database: DatabaseSync): void {
  for (let waited = 0; ; waited += WAL_PAUSE) {
    try {
      database.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      if (waited >= PATIENCE) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_PAUSE);
    }
  }
}
