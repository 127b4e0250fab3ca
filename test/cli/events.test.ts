import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { serverSent } from '../../scripts/cli/server-sent.ts';
import { advanceChange, type Change, concludeChange } from '../../shared/domain/change.ts';
import { type ConsoleWorld, givenApp, givenChange, openConsole } from '../functions/console/world.ts';
import { cite, startCite } from './cite.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
});
afterAll(() => world.close());

const env = () => ({ CITE_URL: world.url });
const step = (change: Change, reason: string) =>
  world.store.saveChange(advanceChange(change, { state: 'starting', reason }, new Date()));
const jsonLines = (out: string) =>
  out
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('cite events', () => {
  test('prints each step of the Changes of an App, oldest first', async () => {
    const app = await givenApp(world);
    await givenChange(world, await givenApp(world), { title: 'Another App' });
    const change = await step(await givenChange(world, app, {}), 'r4: \u001b[2J0 of 1 pods are ready');
    await world.store.saveChange(concludeChange(change, { outcome: 'deployed', release: 4 }, new Date()));
    const address = `${app.namespace}/shop`;
    const { code, out } = await cite(['events', '--app', address], { env: env() });
    const short = change.commit.slice(0, 7);
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.replace(/^.* UTC {2}/, ''))).toEqual([
      `${address}  building: its build runs · push ${short} "Add a till"`,
      `${address}  starting: r4: 0 of 1 pods are ready · push ${short} "Add a till"`,
      `${address}  deployed as r4 · push ${short} "Add a till"`,
      '',
    ]);
    const json = await cite(['events', '--app', address, '--since', '1h', '--json'], { env: env() });
    expect(jsonLines(json.out).map(({ state }) => state)).toEqual(['building', 'starting', 'ended']);
    const later = new Date(Date.now() + 60_000).toISOString();
    expect((await cite(['events', '--since', later], { env: env() })).out).toBe('');
  });

  test('-f goes on through every connection that breaks, and tells each step once', async () => {
    const app = await givenApp(world);
    let change = await givenChange(world, app, {});
    const proxy = await breaking(world.url);
    const followed = startCite(['events', '-f', '--json', '--app', `${app.namespace}/shop`], {
      env: { CITE_URL: proxy.url },
    });
    const told = () => jsonLines(followed.printed.out).map(({ reason }) => reason);
    const all = ['its build runs'];
    for (const reason of ['one', 'two', 'three']) {
      await vi.waitFor(() => expect(told()).toEqual(all), { timeout: 20_000 });
      proxy.breakAll();
      change = await step(change, reason);
      all.push(reason);
    }
    await vi.waitFor(() => expect(told()).toEqual(all), { timeout: 20_000 });
    expect(proxy.broken()).toBeGreaterThanOrEqual(3);
    followed.stop();
    await followed.ended;
    proxy.close();
  });
});

test('server-sent events are read as their format has it', async () => {
  async function* lines() {
    yield* [
      'retry: 2000',
      '',
      ': still here',
      'id: 5',
      '',
      'id: 6',
      'data: one',
      'data:two',
      '',
      'data: cut',
    ];
  }
  const read: unknown[] = [];
  for await (const event of serverSent(lines())) read.push(event);
  expect(read).toEqual([{ id: '5' }, { id: '6', data: 'one\ntwo' }]);
});

/** Passes everything on, until it breaks what is open. */
async function breaking(url: string) {
  let broken = 0;
  const open = new Set<() => void>();
  const server = createServer((req, res) => {
    const passed = request(`${url}${req.url}`, { headers: req.headers, agent: false }, (answer) => {
      res.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.on('error', () => undefined).pipe(res);
    });
    passed.on('error', () => undefined).end();
    const cut = () => {
      broken += 1;
      passed.destroy();
      req.socket.destroy();
    };
    open.add(cut);
    res.once('close', () => open.delete(cut));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    broken: () => broken,
    breakAll: () => {
      for (const cut of open) cut();
    },
    close: () => void server.close().closeAllConnections(),
  };
}
