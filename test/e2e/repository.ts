import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Files } from './files.ts';

const run = promisify(execFile);

/** A person's clone, with real git; nothing of the machine's own git settings gets in. */
export interface Repository {
  /** owner/name */
  readonly name: string;
  readonly folder: string;
  git(...args: string[]): Promise<string>;
  /** Commits these files on what is checked out; gives the commit. */
  commit(files: Files, message?: string): Promise<string>;
  /** Commits these files and pushes them to the branch that is checked out, or to that ref; gives the commit. */
  push(files: Files, options?: { readonly message?: string; readonly to?: string }): Promise<string>;
}

export async function cloneOf(name: string, remote: string, folder: string): Promise<Repository> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada Lovelace',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Ada Lovelace',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
  };
  const git = async (...args: string[]) => (await run('git', ['-C', folder, ...args], { env })).stdout.trim();
  const commit = async (files: Files, message = 'a change') => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      if (text === null) await rm(join(folder, path));
      else await writeFile(join(folder, path), text);
    }
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '--cleanup=verbatim', `--message=${message}`);
    return git('rev-parse', 'HEAD');
  };

  await mkdir(folder, { recursive: true });
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', remote);
  return {
    name,
    folder,
    git,
    commit,
    async push(files, { message, to } = {}) {
      const sha = await commit(files, message);
      await git('push', '--quiet', 'origin', `HEAD:${to ?? (await git('symbolic-ref', 'HEAD'))}`);
      return sha;
    },
  };
}
