import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const redisIsMissing = spawnSync('redis-server', ['--version']).error !== undefined;

export interface RedisServer {
  readonly url: string;
  /** Stopped like a process that hangs: its connections stay open, nothing is answered. */
  stall(): void;
  goOn(): void;
  /** Killed, and started again with nothing in it at the same address. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis of the test's own: on a free port of the loopback interface, with nothing kept on disk. */
export async function startRedis(...more: string[]): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'cite-redis-'));
  const port = await freePort();
  let server = await start(port, folder, more);
  const kill = async () => {
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    stall: () => void server.kill('SIGSTOP'),
    goOn: () => void server.kill('SIGCONT'),
    restart: async () => {
      await kill();
      server = await start(port, folder, more);
    },
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true });
    },
  };
}

async function start(port: number, folder: string, more: readonly string[]): Promise<ChildProcess> {
  const options = ['--port', `${port}`, '--save', '', '--bind', '127.0.0.1', '--dir', folder, ...more];
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  for await (const line of createInterface(server.stdout)) {
    said.push(line);
    if (line.includes('Ready to accept connections')) {
      server.stdout.resume();
      return server;
    }
  }
  throw new Error(`redis-server did not start:\n${said.join('\n')}`);
}

/** Redis takes 0 for no port at all, so that one is looked for. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
