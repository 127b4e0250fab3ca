import '../jsx.mjs';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type Hosted, host } from '../../shared/runtime/host.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import type { LocalFunction } from './local-functions.ts';
import { type LocalSystems, portsOf } from './ports.ts';

/** The very function that is deployed, hosted as it is there; only its ports are this machine's. */
export async function hostFunction(fn: LocalFunction, systems: LocalSystems, log: Logger): Promise<Server> {
  const file = new URL(`../../functions/${fn.name}/handle.ts`, import.meta.url);
  const { handle } = (await import(file.href)) as { handle: (ports: Partial<Ports>) => Hosted };
  return host(fn.name, handle(portsOf(fn, systems, log)));
}

/** Resolves to its address once it listens on a free loopback port. */
export async function listenOnLoopback(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}
