import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { type GitHost, gitHost } from '../../scripts/local/git-host/git-host.ts';

export const TOKEN = 'ghp_of-the-test';

/** A git host behind a real server, with folders of its own. */
export interface GitHostWorld {
  readonly url: string;
  readonly folder: string;
  /** Warnings that the host logged. */
  readonly warnings: string[];
  remote(repository: string): string;
  /** Asks the REST API, below `/api/v3`. */
  api(method: string, path: string, body?: unknown, token?: string): Promise<ApiAnswer>;
  clone(repository: string): Promise<WorkTree>;
  /** Ends the host and starts one on the same folders, as after the end of the process. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: JSON whose shape each test asserts
  readonly body: any;
}

export async function openGitHost(): Promise<GitHostWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'git-host-'));
  const warnings: string[] = [];
  let url = '';
  const open = () =>
    gitHost({
      root: join(folder, 'repositories'),
      file: join(folder, 'git-host.db'),
      token: TOKEN,
      url: () => url,
      log: { warn: (facts, message) => warnings.push(`${message} ${inspect(facts)}`) },
    });
  let host: GitHost = open();
  const server = createServer(async (req, res) => {
    if (!(await host.handle(req, res))) res.writeHead(404).end('not the git host');
  });
  url = await listen(server);
  let clones = 0;
  return {
    url,
    folder,
    warnings,
    remote: (repository) => `${url}/git/${repository}.git`,
    async api(method, path, body, token = TOKEN) {
      const answer = await fetch(`${url}/api/v3${path}`, {
        method,
        headers: { authorization: `token ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        headers: answer.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
    },
    clone: (repository) => workTree(join(folder, `clone-${clones++}`), `${url}/git/${repository}.git`),
    async restart() {
      await host.close();
      host = open();
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await host.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A person's working copy, with real git. */
export interface WorkTree {
  readonly folder: string;
  git(...args: string[]): Promise<string>;
  /** Writes a file and commits all; gives the SHA. */
  commit(message: string, files?: Record<string, string>): Promise<string>;
  /** Commits to branch `main` and pushes that. */
  publish(message: string, files?: Record<string, string>): Promise<string>;
}

async function workTree(folder: string, remote: string): Promise<WorkTree> {
  const run = promisify(execFile);
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada Lovelace',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Charles Babbage',
    GIT_COMMITTER_EMAIL: 'charles@example.org',
  };
  const git = async (...args: string[]) =>
    (await run('git', ['-C', folder, ...args], { env, maxBuffer: 64 * 1024 * 1024 })).stdout.trim();
  await run('git', ['init', '--quiet', '--initial-branch=main', folder], { env });
  await git('remote', 'add', 'origin', remote);
  let count = 0;
  const commit: WorkTree['commit'] = async (message, files = { 'counter.txt': `${count++}` }) => {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '--cleanup=verbatim', `--message=${message}`);
    return await git('rev-parse', 'HEAD');
  };
  return {
    folder,
    git,
    commit,
    async publish(message, files) {
      const sha = await commit(message, files);
      await git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
      return sha;
    },
  };
}
