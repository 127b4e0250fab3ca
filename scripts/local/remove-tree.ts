import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Removes a path whatever apps and builds left in it: Node's own `rm` knows no file name that is not UTF-8, and a folder
 * that is read-only must be made writable first. Does nothing where there is nothing.
 */
export async function removeTree(path: string): Promise<void> {
  const remove = () => run('rm', ['-rf', '--', path]);
  try {
    await remove();
  } catch {
    await run('chmod', ['-R', 'u+rwX', '--', path]).catch(() => undefined);
    await remove();
  }
}
