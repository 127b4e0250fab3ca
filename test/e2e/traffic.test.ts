import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { visited } from '../../scripts/chaos/app.ts';
import type { App } from './app.ts';
import { answering, patient } from './files.ts';
import { ask } from './machine.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const VISITORS = 20;

/** So many visitors, each with the next request as soon as the last one is answered. */
function visitorsOf(app: App) {
  const versions: string[] = [];
  const failures: string[] = [];
  let here = true;
  const all = Array.from({ length: VISITORS }, async () => {
    while (here) {
      await ask(world.port, app.host).then(
        ({ status, text }) => (status === 200 ? versions.push(text) : failures.push(`${status} ${text}`)),
        (err: Error) => failures.push(err.message),
      );
    }
  });
  return {
    async leave() {
      here = false;
      await Promise.all(all);
      return { versions, failures };
    },
  };
}

/** A WebSocket through the proxy that asks for the version again and again. */
async function openSocket(app: App) {
  const socket = new WebSocket(`ws://127.0.0.1:${world.port}/`, { headers: { host: app.host } });
  let closed = false;
  socket.on('close', () => {
    closed = true;
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    isOpen: () => !closed,
    /** Who answers on it. */
    who: () =>
      new Promise<string>((resolve) => {
        socket.once('message', (data: Buffer) => resolve(data.toString()));
        socket.send('who?');
      }),
    close: () => socket.close(),
  };
}

describe('a switch', SCENES, () => {
  test('drops none of the requests of busy visitors, forth and back', async () => {
    const { repository, app } = await world.anApp(answering('v1'), { replicas: 2 });
    await app.untilLive('v1');
    const visitors = visitorsOf(app);
    await repository.push(answering('v2'));
    await app.untilLive('v2');
    await app.wish('activate', { release: 1 });
    await app.untilLive('v1');
    await app.wish('lift');
    const { versions, failures } = await visitors.leave();
    expect(failures).toEqual([]);
    expect(versions[0]).toBe('v1');
    expect(new Set(versions)).toEqual(new Set(['v1', 'v2']));
  });

  test('lets an open request and a WebSocket finish on the release that they began on', async () => {
    const { repository, app } = await world.anApp(patient('v1'));
    await app.untilLive('v1');
    const socket = await openSocket(app);
    expect(await socket.who()).toBe('v1');
    await repository.commit(patient('v2'));
    await repository.git('push', '--quiet', 'origin', 'main');
    await app.until(await repository.git('rev-parse', 'HEAD'), 'starting');
    const slow = ask(world.port, app.host, '/slow');
    await app.untilLive('v2');
    expect(await slow).toEqual({ status: 200, text: 'v1 begins, v1 ends' });
    expect(await socket.who()).toBe('v1');
    expect(socket.isOpen()).toBe(true);
    const next = await openSocket(app);
    expect(await next.who()).toBe('v2');
    socket.close();
    next.close();
  });

  test('lets an open request finish even where its release ends meanwhile', async () => {
    const { app } = await world.anApp(visited(1));
    await app.untilLive('r1');
    await app.wish('redeploy');
    await app.untilLive('r2');
    await app.untilSettled();
    const long = ask(world.port, app.host, '/long?ms=6000');
    await app.wish('activate', { release: 1 });
    await app.untilLive('r1');
    await app.untilSettled();
    await app.set({ retention: { standbySeconds: 0 } });
    await world.api('POST', '/api/sweep', { by: 'ann' });
    const release = async () => (await app.releases()).find(({ number }) => number === 2)?.pods;
    await until('r2 is asked to end', release, (pods) => pods?.wanted === 0);
    expect(await long).toEqual({ status: 200, text: 'r2 begins, r2 ends' });
    await until('r2 has ended', release, (pods) => pods?.ready === 0);
  });

  test('takes the next request of a kept connection along', async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const visit = () => ask(world.port, app.host, '/', undefined, agent);
    expect(await visit()).toMatchObject({ text: 'v1' });
    await repository.push(answering('v2'));
    await app.untilLive('v2');
    expect(await visit()).toMatchObject({ text: 'v2' });
    agent.destroy();
  });
});

describe('a pod that dies', SCENES, () => {
  test('while it is live is started again, and nothing is switched', async () => {
    const dying = `
      require('node:http').createServer((request, response) => {
        if (request.url === '/die') process.exit(1);
        response.end('v1');
      }).listen(process.env.PORT);`;
    const { app } = await world.anApp({ ...answering('v1'), 'server.js': dying });
    await app.untilLive('v1');
    await app.untilSettled();
    // On a busy machine it may just not be ready, and then nothing reaches it.
    await until(
      'it died of a request',
      () => app.visit('/die'),
      (seen) => /^502 /.test(seen),
    );
    await app.untilLive('v1');
    expect((await app.changes()).map(({ verdict }) => verdict?.text)).toEqual(['deployed as r1']);
  });
});
