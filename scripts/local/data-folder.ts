import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Thrown for a path that no data folder can be at. */
export class FolderUnusableError extends Error {
  override name = 'FolderUnusableError';
  constructor(dir: string, cause: Error) {
    super(`${JSON.stringify(dir)} cannot hold Cite's data: ${cause.message}`, { cause });
  }
}

/** Makes the folder for its owner alone, and those above it, where they are not there. Throws FolderUnusableError. */
export function makeDataFolder(dir: string): void {
  try {
    make(dir);
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new FolderUnusableError(dir, cause as Error);
  }
}

/** Not node's recursive mkdir: where the system allows no folder (/proc) that one tries for ever. */
function make(dir: string): void {
  const there = statSync(dir, { throwIfNoEntry: false });
  if (there?.isDirectory()) return;
  if (there) throw new Error('it is not a folder');
  if (dirname(dir) !== dir) make(dirname(dir));
  mkdirSync(dir, { mode: 0o700 });
}
