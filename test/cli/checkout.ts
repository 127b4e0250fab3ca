import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ConsoleWorld } from '../functions/console/world.ts';
import { commitFiles, git } from '../local/world.ts';

/** A checkout with one commit, whose origin is on the code host. */
export function checkoutOf({ dir, gitUrl }: Pick<ConsoleWorld, 'dir' | 'gitUrl'>, repository: string) {
  const checkout = join(dir, 'checkouts', repository);
  mkdirSync(checkout, { recursive: true });
  const commit = commitFiles(checkout, { 'index.html': repository });
  git(checkout, 'remote', 'add', 'origin', `${gitUrl}/${repository}.git`);
  return { dir: checkout, commit };
}
