import { request } from 'node:http';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { supervisor } from '../../../scripts/local/cluster/supervisor/supervisor.ts';
import type { App } from '../../../shared/domain/app.ts';
import { buildSettings } from '../../../shared/domain/app-spec.ts';
import { commitFiles, putImage } from '../../local/world.ts';
import { type ConsoleWorld, givenApp, openConsole } from './world.ts';

let world: ConsoleWorld;
let machine: ReturnType<typeof supervisor>;
let image: string;
beforeAll(async () => {
  world = await openConsole();
  const log = pino({ level: 'silent' });
  machine = supervisor({ dir: world.dir, clock: () => new Date(), log, closeGraceMs: 500 });
  image = await putImage(world.dir, { 'server.js': server });
  await machine.start();
});
afterAll(async () => {
  await machine.close();
  await world.close();
});

/** Prints its name and two lines, then one more for every connection; the probes are connections too. */
const server = `
  const { createServer } = require('node:http');
  createServer((_req, res) => res.end()).listen(process.env.PORT, () => console.log('one\\ntwo'));
  setInterval(() => console.log('tick'), 50);
`;

const logs = (app: App, query = '') => world.ask('GET', `/api/apps/${app.namespace}/shop/logs${query}`);

const eventually = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 50 });

const livingApp = (pods: number) =>
  givenApp(world, { releases: [{ outcome: 'deployed', pods, image }], live: 1 });

/** Reads until the text holds what is waited for, then goes away. */
function readUntil(path: string, wanted: RegExp): Promise<string> {
  const { hostname, port } = new URL(world.url);
  return new Promise((resolve, reject) => {
    const req = request({ hostname, port, path, agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (part: string) => {
        text += part;
        if (!wanted.test(text)) return;
        resolve(text);
        req.destroy();
      });
      res.once('end', () => reject(new Error(`it ended with ${JSON.stringify(text)}`)));
    });
    req.once('error', reject);
    req.end();
  });
}

describe('the log of pods', () => {
  test('is what the live release prints, as text that no browser takes for a page', async () => {
    const app = await livingApp(1);
    await eventually(async () => expect((await logs(app)).text).toMatch(/^one\ntwo\n/));
    const { headers } = await logs(app);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(headers['x-content-type-options']).toBe('nosniff');
    // It prints on while it is read.
    expect((await logs(app, '?tail=1')).text).toMatch(/^(\w+\n){1,2}$/);
  });

  test('of several pods begins every line with its pod', async () => {
    const app = await livingApp(2);
    await eventually(async () => {
      const lines = (await logs(app, '?release=1')).text.trimEnd().split('\n');
      const pods = new Set(lines.map((line) => /^(shop-r1-\S+) \| \w+$/.exec(line)?.[1]));
      expect(pods.size).toBe(2);
      expect(pods).not.toContain(undefined);
    });
  });

  test('that is followed goes on until the client goes away', async () => {
    const app = await livingApp(1);
    await eventually(async () => expect((await logs(app)).status).toBe(200));
    const path = `/api/apps/${app.namespace}/shop/logs?follow=true`;
    const opened = vi.spyOn(world.cluster, 'podLog');
    expect(await readUntil(path, /one\ntwo\n(tick\n){3}/)).toMatch(/^one\n/);
    const signal = opened.mock.calls[0]?.[1].signal;
    expect(signal).toBeInstanceOf(AbortSignal);
    await eventually(async () => expect(signal?.aborted).toBe(true));
    opened.mockRestore();
  });

  test('of a release without pods, or of an App without a live one, is refused with a remedy', async () => {
    const app = await givenApp(world);
    expect(await logs(app)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('Say which release you mean') },
    });
    expect(await logs(app, '?release=7')).toMatchObject({ status: 404 });
    expect(await logs(app, '?release=r7')).toMatchObject({ status: 422 });
  });
});

describe('the log of a build', () => {
  const path = (key: string, query = '') => `/api/builds/${key}/log${query}`;

  test('is followed while it runs, and kept afterwards', async () => {
    const key = '3'.repeat(32);
    const repository = `${world.dir}/built`;
    const commit = commitFiles(repository, { 'package.json': '{}', 'server.js': '' });
    await world.cluster.startBuildJob({
      key,
      repository: 'acme/shop',
      commit,
      cloneUrl: `file://${repository}`,
      settings: buildSettings.parse({ builder: 'node', command: 'echo begun; sleep 30' }),
      timeoutSeconds: 60,
    });
    expect(await readUntil(path(key, '?follow=true'), /begun/)).toContain('begun');
    await world.cluster.deleteBuildJob(key);
    await world.store.saveLog(`build/${key}`, 'one\ntwo\nthree\n');
    expect((await world.ask('GET', path(key))).text).toBe('one\ntwo\nthree\n');
    expect((await world.ask('GET', path(key, '?tail=2&follow=true'))).text).toBe('two\nthree\n');
    expect((await world.ask('GET', path('4'.repeat(32)))).status).toBe(404);
  });
});
