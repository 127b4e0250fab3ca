import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { argv } from 'node:process';

/** What a server process of a bench has used since it started. */
export interface Usage {
  readonly cpuMs: number;
  readonly peakMiB: number;
}

/** What this process was started to do. */
export const given = <T>(): T => JSON.parse(argv[2] ?? '{}') as T;

/** Answers what the bench asks, until that goes away. */
export function answer<Question, Answer>(reply: (question: Question) => Answer | Promise<Answer>): void {
  process.on('message', async (question: Question) => process.send?.(await reply(question)));
  process.once('disconnect', () => process.exit(0));
}

/** Listens on a free loopback port, tells the bench where, and from then on what this process has used. */
export async function serve(server: Server, report: () => object = () => ({})): Promise<void> {
  server.keepAliveTimeout = 100_000;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  answer(() => ({ ...usage(), ...report() }));
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, peakMiB: process.resourceUsage().maxRSS / 1024 };
}
