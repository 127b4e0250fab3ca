import { once } from 'node:events';
import { argv } from 'node:process';
import { logger } from '../../shared/runtime/logger.ts';
import { hostFunction, listenOnLoopback } from './functions.ts';
import type { LocalFunction } from './local-functions.ts';
import { platformLog } from './platform-log.ts';
import { openSystems } from './ports.ts';

/** What the activator tells the process of one function; its variables are in its environment, as in a pod. */
export interface Isolated {
  readonly function: Omit<LocalFunction, 'env'>;
  readonly dir: string;
  readonly port: number;
}

const { function: fn, dir, port } = JSON.parse(argv[2] ?? '') as Isolated;
const env = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
);
const log = logger(fn.name, env.LOG_LEVEL ?? 'info', platformLog(dir));
const systems = openSystems(dir, port, () => new Date());
// A terminal's Ctrl-C reaches the whole group: the platform decides when this one ends.
process.on('SIGINT', () => undefined);
const server = await hostFunction({ ...fn, env }, systems, log);
process.send?.({ url: await listenOnLoopback(server) });

// A platform that was killed takes its functions along: the channel to it closes with it.
await Promise.race([once(process, 'SIGTERM'), once(process, 'disconnect')]);
server.close(async () => {
  await systems.close();
  process.exit(0);
});
server.closeIdleConnections();
