import { execFile } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Repository {
  /** Commits the sample as it then answers, and pushes it; gives the commit. */
  push(version: string): Promise<string>;
}

/** A person's clone of the sample, with nothing of the machine's own git settings in it. */
export async function sampleRepository(sample: string, folder: string, remote: string): Promise<Repository> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Demo',
    GIT_AUTHOR_EMAIL: 'demo@localhost',
    GIT_COMMITTER_NAME: 'Demo',
    GIT_COMMITTER_EMAIL: 'demo@localhost',
  };
  const git = async (...args: string[]) => (await run('git', args, { cwd: folder, env })).stdout.trim();
  cpSync(sample, folder, { recursive: true });
  await git('init', '--quiet', '--initial-branch=main');
  return {
    async push(version) {
      writeFileSync(join(folder, 'VERSION'), `${version}\n`);
      await git('add', '.');
      await git('commit', '--quiet', '--message', `Answer ${version}`);
      await git('push', '--quiet', remote, 'HEAD:main');
      return git('rev-parse', 'HEAD');
    },
  };
}
