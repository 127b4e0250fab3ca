import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { ProxyServer } from 'httpxy';
import type { Isolated } from './isolated.ts';
import type { LocalFunction } from './local-functions.ts';

export interface ActivatorOptions {
  readonly dir: string;
  /** Of the platform. */
  readonly port: number;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

export interface Activator {
  /** Takes the function's requests, whether it runs or not. */
  readonly server: Server;
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./isolated.ts', import.meta.url));
/** A drain that takes longer is a kill, as when a pod's grace period is over. */
const DRAIN_MS = 10_000;

/** Knative's activator for one function: its first request starts its process and waits for it; idle, it is ended. */
export function activator(fn: LocalFunction, options: ActivatorOptions): Activator {
  const agent = new Agent({ keepAlive: true });
  const proxy = new ProxyServer<IncomingMessage, ServerResponse>({ agent });
  const running = new Set<ChildProcess>();
  let current: Promise<{ child: ChildProcess; url: string }> | undefined;
  let requests = 0;
  let idle: NodeJS.Timeout | undefined;

  const launch = async () => {
    const { env, ...named } = fn;
    const told: Isolated = { function: named, dir: options.dir, port: options.port };
    const child = fork(PROGRAM, [JSON.stringify(told)], {
      env: { ...env, PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    running.add(child);
    child.once('exit', (code, signal) => {
      running.delete(child);
      if (code !== 0) options.log.warn({ function: fn.name, code, signal }, 'the process of a function died');
    });
    const ended = once(child, 'exit').then(() => {
      throw new Error(`the process of ${fn.name} ended before it listened`);
    });
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ url: string }];
    options.log.info({ function: fn.name, pid: child.pid }, 'started');
    return { child, url: message.url };
  };

  const start = () => {
    const starting = launch();
    const forget = () => {
      if (current === starting) current = undefined;
    };
    starting.then(({ child }) => child.once('exit', forget), forget);
    return starting;
  };

  const drain = async (child: ChildProcess) => {
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), DRAIN_MS);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    clearTimeout(kill);
  };

  const rest = () => {
    const resting = current;
    // From here on a request starts a new process: the old one gets none more.
    current = undefined;
    void resting?.then(({ child }) => drain(child)).catch(() => undefined);
  };

  const server = createServer({ keepAliveTimeout: 100_000 }, async (req, res) => {
    clearTimeout(idle);
    requests++;
    try {
      current ??= start();
      const { url } = await current;
      await proxy.web(req, res, { target: url });
    } catch (err) {
      options.log.warn({ function: fn.name, err }, 'a request could not be handed to a function');
      if (res.headersSent) res.destroy();
      else res.writeHead(503).end();
    } finally {
      if (--requests === 0) idle = setTimeout(rest, fn.idleMs);
    }
  });

  return {
    server,
    async close() {
      clearTimeout(idle);
      server.close();
      server.closeAllConnections();
      await Promise.all([...running].map(drain));
      clearTimeout(idle);
      agent.destroy();
    },
  };
}
