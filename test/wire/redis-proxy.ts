import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, FaultyWay } from './once.ts';

export interface RedisProxy extends FaultyWay<RedisFault> {
  /** `redis://…`, without a database. */
  readonly url: string;
  /** Where connections lead that are made from now on: those that are there stay. */
  lead(port: number): void;
}

export interface RedisFault extends Fault {
  readonly befall: (exchange: Exchange) => void | Promise<void>;
}

/** Commands that were written at once, and what can be done with them. */
export interface Exchange {
  /** Has them done, and gives the replies. */
  forward(): Promise<Buffer>;
  write(part: Buffer): void;
  reset(): void;
  hangUp(): void;
  readonly isOver: boolean;
}

const COMMAND = /\*\d+\r\n\$\d+\r\n(\w+)\r\n/g;
/** What the client says by itself. */
const OWN = /^(HELLO|CLIENT|PING|SELECT|AUTH)$/i;

export async function redisProxy(target: string): Promise<RedisProxy> {
  let port = Number(new URL(target).port);
  const requests: string[] = [];
  let choose: (index: number) => RedisFault | undefined = () => undefined;
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay());
      socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    }
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
    let passes = true;
    upstream.on('data', (part: Buffer) => passes && client.write(part));
    client.on('data', async (part: Buffer) => {
      // Whatever befell a connection befell its last request.
      if (!passes) return;
      const names = Array.from(part.toString('latin1').matchAll(COMMAND), ([, name = '']) => name);
      const asked = names.find((name) => !OWN.test(name));
      if (asked === undefined) return void upstream.write(part);
      requests.push(asked);
      const fault = choose(requests.length - 1);
      if (!fault) return void upstream.write(part);
      passes = false;
      await fault.befall({
        async forward() {
          const replied = once(upstream, 'data');
          upstream.write(part);
          const [reply] = await replied;
          return reply as Buffer;
        },
        write: (reply) => void client.write(reply),
        reset: () => void client.resetAndDestroy(),
        hangUp: () => void client.destroy(),
        get isOver() {
          return client.destroyed;
        },
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    befall(chosen) {
      requests.length = 0;
      choose = chosen;
    },
    lead(to) {
      port = to;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The connection ends. */
export const broken: readonly RedisFault[] = [
  { name: 'a reset before the command is done', isDone: false, befall: ({ reset }) => reset() },
  { name: 'a connection closed before the command is done', isDone: false, befall: ({ hangUp }) => hangUp() },
  {
    name: 'a reset after the command is done',
    isDone: true,
    async befall({ forward, reset }) {
      await forward();
      reset();
    },
  },
  {
    name: 'half a reply, then a closed connection',
    isDone: true,
    async befall({ forward, write, hangUp }) {
      write(half(await forward()));
      await delay(10);
      hangUp();
    },
  },
  {
    name: 'a reply that cannot be read',
    isDone: true,
    async befall({ forward, write }) {
      await forward();
      write(Buffer.from('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    },
  },
];

/** The connection stays, and the reply never comes to its end. */
export const endless: readonly RedisFault[] = [
  { name: 'silence, the command not done', isDone: false, befall: () => {} },
  { name: 'silence, the command done', isDone: true, befall: async ({ forward }) => void (await forward()) },
  {
    name: 'half a reply, then silence',
    isDone: true,
    befall: async ({ forward, write }) => write(half(await forward())),
  },
  {
    name: 'a reply that drips',
    isDone: true,
    async befall(exchange) {
      await exchange.forward();
      exchange.write(Buffer.from('$1000\r\n'));
      while (!exchange.isOver) {
        exchange.write(Buffer.from('x'));
        await delay(100);
      }
    },
  },
];

/** At least one byte is missing. */
const half = (reply: Buffer) => reply.subarray(0, Math.floor(reply.length / 2));
