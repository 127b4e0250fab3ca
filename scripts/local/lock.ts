import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FolderUnusableError } from './data-folder.ts';

/** Thrown where another process has the data folder. */
export class FolderTakenError extends Error {
  override name = 'FolderTakenError';
}

/**
 * Takes a data folder for this process alone, until it is given back. The lock is the kernel's: it ends with the
 * process, however that ends, and no later process can be mistaken for its holder. Throws FolderUnusableError where
 * nothing can be written.
 */
export function lockFolder(dir: string): () => void {
  const holder = join(dir, 'pid');
  const lock = opened(dir);
  try {
    lock.exec('begin exclusive');
    writeFileSync(holder, String(process.pid));
  } catch (cause) {
    lock.close();
    if ((cause as { errcode?: number }).errcode !== SQLITE_BUSY)
      throw new FolderUnusableError(dir, cause as Error);
    const pid = readFileSync(holder, 'utf8');
    throw new FolderTakenError(`${dir} is in use: process ${pid} runs Cite on it`, { cause });
  }
  held.add(lock);
  return () => {
    held.delete(lock);
    lock.close();
  };
}

/** A database that nobody holds on to is closed by the garbage collector, and its lock is gone with it. */
const held = new Set<DatabaseSync>();

const SQLITE_BUSY = 5;

function opened(dir: string): DatabaseSync {
  try {
    return new DatabaseSync(join(dir, 'lock.sqlite'), { timeout: 0 });
  } catch (cause) {
    throw new FolderUnusableError(dir, cause as Error);
  }
}
