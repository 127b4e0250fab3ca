import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `npm start` without npm: the platform as a process of its own. */
export interface Machine {
  readonly child: ChildProcess;
  readonly port: number;
  readonly output: () => string;
  /** Sends the signal and waits for the end; gives the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function launch(args: readonly string[]) {
  const child = spawn(process.execPath, ['scripts/local/start.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (output += part.toString()));
  return { child, output: () => output };
}

/** Runs it until it ends by itself. */
export async function runToEnd(...args: string[]): Promise<Ended> {
  const { child, output } = launch(args);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output() };
}

export async function startMachine(...args: string[]): Promise<Machine> {
  const { child, output } = launch(args);
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 0));
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const [, found] = /Cite runs at http:\/\/localhost:(\d+)/.exec(output()) ?? [];
      if (found) resolve(Number(found));
    });
    void ended.then((how) => reject(new Error(`it ended with ${how}: ${output()}`)));
  });
  return {
    child,
    port,
    output,
    async end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A request to the one port, under the name that is asked for. */
export function ask(
  port: number,
  host: string,
  path = '/',
  send?: { readonly method: string; readonly body: unknown },
  agent: Agent | false = false,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { host: `${host}:${port}`, 'content-type': 'application/json' };
    const options = { host: '127.0.0.1', port, path, method: send?.method ?? 'GET', headers, agent };
    request(options, (res) => {
      res.toArray().then((parts) => {
        resolve({ status: res.statusCode ?? 0, text: Buffer.concat(parts).toString().trim() });
      }, reject);
    })
      .once('error', reject)
      .end(send && JSON.stringify(send.body));
  });
}

/** Asks until the answer is as it should be; the last one tells what is not. */
export async function until(
  seek: () => Promise<Answer>,
  holds: (answer: Answer) => boolean,
): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    const answer = await seek().catch((err: Error) => ({ status: 0, text: err.message }));
    if (holds(answer)) return answer;
    if (tries > 1000) throw new Error(`not so in time; last seen: ${answer.status} ${answer.text}`);
    await sleep(20);
  }
}

/** An app that answers its version and the pid that it runs as. */
const SERVER = `
const version = require('node:fs').readFileSync(__dirname + '/VERSION', 'utf8').trim();
require('node:http').createServer((_, res) => res.end(version + ' ' + process.pid)).listen(process.env.PORT);
`;

export interface Clone {
  push(version: string): Promise<string>;
}

export async function appRepository(folder: string, remote: string): Promise<Clone> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'app', scripts: { start: 'node server.js' } }),
  );
  writeFileSync(join(folder, 'server.js'), SERVER);
  const who = { NAME: 'Test', EMAIL: 'test@localhost' };
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    ...Object.fromEntries(
      Object.entries(who).flatMap(([name, value]) => [
        [`GIT_AUTHOR_${name}`, value],
        [`GIT_COMMITTER_${name}`, value],
      ]),
    ),
  };
  const git = async (...args: string[]) => (await run('git', args, { cwd: folder, env })).stdout.trim();
  await git('init', '--quiet', '--initial-branch=main');
  return {
    async push(version) {
      writeFileSync(join(folder, 'VERSION'), version);
      await git('add', '.');
      await git('commit', '--quiet', '--message', version);
      await git('push', '--quiet', remote, 'HEAD:main');
      return git('rev-parse', 'HEAD');
    },
  };
}

export function isAlive(pid: number): boolean {
  try {
    // A zombie is dead: whoever should reap it may be gone.
    if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return false;
  } catch {
    // Not Linux, or no such process.
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
