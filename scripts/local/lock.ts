import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Thrown where another process has the data folder. */
export class FolderTakenError extends Error {
  override name = 'FolderTakenError';
}

/**
 * Takes a data folder for this process alone, until it is given back. The lock is the kernel's: it ends with the
 * process, however that ends, and no later process can be mistaken for its holder.
 */
export function lockFolder(dir: string): () => void {
  const holder = join(dir, 'pid');
  const lock = new DatabaseSync(join(dir, 'lock.sqlite'), { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (cause) {
    lock.close();
    const pid = readFileSync(holder, 'utf8');
    throw new FolderTakenError(`${dir} is in use: process ${pid} runs Cite on it`, { cause });
  }
  writeFileSync(holder, String(process.pid));
  return () => lock.close();
}
