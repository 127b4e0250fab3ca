import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ImageConfig, ImageFolder } from '../../scripts/local/images/image-folder.ts';

/** A folder that is gone when the test is over. */
export function temporaryFolder(): { readonly dir: string; readonly remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'cite-test-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

export type Files = Readonly<Record<string, string>>;

function writeFiles(root: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Puts an image of these files into the image folder of a data folder; gives its reference with digest. */
export async function putImage(
  dir: string,
  files: Files,
  config: Partial<ImageConfig> = {},
): Promise<string> {
  const { dir: rootfs, remove } = temporaryFolder();
  writeFiles(rootfs, files);
  const digest = await new ImageFolder(dir).take(rootfs, {
    command: ['node', 'server.js'],
    env: {},
    workdir: '.',
    ...config,
  });
  remove();
  return `local/acme/shop@${digest}`;
}

/** A git repository with one commit of these files. */
export function commitFiles(repository: string, files: Files, message = 'a commit'): string {
  mkdirSync(repository, { recursive: true });
  writeFiles(repository, files);
  if (!existsSync(join(repository, '.git'))) git(repository, 'init', '--quiet', '--initial-branch=main');
  git(repository, 'add', '--all');
  git(repository, 'commit', '--quiet', '--allow-empty', '-m', message);
  return git(repository, 'rev-parse', 'HEAD');
}

export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Ann',
      GIT_AUTHOR_EMAIL: 'ann@example.com',
      GIT_COMMITTER_NAME: 'Ann',
      GIT_COMMITTER_EMAIL: 'ann@example.com',
    },
  }).trim();
}

export const address = (app: { name: string; namespace: string }) => ({
  host: '127.0.0.1',
  port: 8800,
  authority: `${app.name}.${app.namespace}.localhost:8800`,
});

/** Whether the process runs. One that has ended and that nobody has reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
