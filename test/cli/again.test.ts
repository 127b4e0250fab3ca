import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ConsoleWorld, givenApp, openConsole } from '../functions/console/world.ts';
import { cite } from './cite.ts';

let world: ConsoleWorld;
let writes = 0;
/** What a write to an App waits for. */
let isFree: Promise<unknown> = Promise.resolve();

beforeAll(async () => {
  world = await openConsole({}, (cluster) => ({
    ...cluster,
    async updateApp(app, change) {
      writes += 1;
      await isFree;
      return cluster.updateApp(app, change);
    },
  }));
});
afterAll(() => world.close());
beforeEach(() => {
  writes = 0;
  isFree = Promise.resolve();
});

/** Where on its way the first request is cut off. */
type Cut = 'before it is asked' | 'while it is worked on' | 'before it is answered';

test.each<Cut>(['before it is asked', 'while it is worked on', 'before it is answered'])(
  'a wish whose connection breaks %s is sent again, and done once',
  async (cut) => {
    const app = await givenApp(world);
    const proxy = await cutting(world.url, cut);
    if (cut === 'while it is worked on') isFree = proxy.toldToWait;
    const run = await cite(['hold', `${app.namespace}/shop`], { env: { CITE_URL: proxy.url } });
    proxy.close();
    expect(run, run.err).toMatchObject({ code: 0, err: '' });
    expect((await world.cluster.getApp(app))?.spec.hold).toBeDefined();
    expect(writes).toBe(1);
    expect(proxy.keys.length).toBe(cut === 'while it is worked on' ? 3 : 2);
    expect(new Set(proxy.keys).size).toBe(1);
    expect(proxy.keys[0]).toMatch(/^"[0-9a-f-]{36}"$/);
  },
);

test('each wish has a key of its own', async () => {
  const app = await givenApp(world);
  const proxy = await cutting(world.url, 'before it is asked');
  const options = { env: { CITE_URL: proxy.url } };
  for (const wish of ['hold', 'lift']) await cite([wish, `${app.namespace}/shop`], options);
  proxy.close();
  expect(new Set(proxy.keys).size).toBe(2);
});

/** Passes on what it is asked, but cuts the connection of the first request. */
async function cutting(url: string, cut: Cut) {
  const keys: (string | undefined)[] = [];
  const told = Promise.withResolvers<void>();
  const server = createServer(async (req, res) => {
    keys.push(req.headers['idempotency-key'] as string | undefined);
    const isFirst = keys.length === 1;
    if (isFirst && cut === 'before it is asked') return void req.socket.destroy();
    const passing = pass(url, req, await bodyOf(req));
    if (isFirst && cut === 'before it is answered') await passing;
    if (isFirst) return void req.socket.destroy();
    const { status, headers, text } = await passing;
    if (status === 409) told.resolve();
    res.writeHead(status, headers).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    /** Somebody was told that the first one is still being worked on. */
    toldToWait: told.promise,
    close: () => void server.close().closeAllConnections(),
  };
}

async function bodyOf(req: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function pass(url: string, { url: path, headers }: IncomingMessage, body: Buffer) {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': `${headers['idempotency-key']}` },
    body: new Uint8Array(body),
  });
  const kept = ['content-type', 'retry-after'].flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return { status: answer.status, headers: Object.fromEntries(kept), text: await answer.text() };
}
