import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { close, listen } from '../support/event-sink.ts';
import { answering, crashing } from './files.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

const KEY = `whsec_${Buffer.from('k'.repeat(32)).toString('base64')}`;

interface Received {
  readonly path: string | undefined;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Slack and a program of the tenant's own, both on this machine: the first two requests of the program meet an error. */
const received: Received[] = [];
let failures = 2;
const receiver = createServer(async (req, res) => {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part);
  const fails = req.url === '/program' && failures-- > 0;
  const headers = req.headers as Record<string, string>;
  if (!fails) received.push({ path: req.url, headers, body: Buffer.concat(parts).toString() });
  res.writeHead(fails ? 500 : 200).end();
});

let world: World;
let url: string;
beforeAll(async () => {
  url = await listen(receiver);
  world = await openWorld();
});
afterAll(async () => {
  await world.close();
  await close(receiver);
});

const to = (path: string) => received.filter((one) => one.path === path);

test(
  'what became of each push comes to Slack and to a program, which knows who sent it',
  SCENES,
  async () => {
    const repository = await world.aRepository(answering('v1'));
    const notifications = [
      { kind: 'slack', secret: 'team-chat' },
      { kind: 'webhook', secret: 'program' },
    ];
    // The Namespace is made with the first App: its Secrets come after it.
    const app = await world.register(repository, { notifications });
    const secret = (name: string, content: object) =>
      world.api('PUT', `/api/namespaces/acme/secrets/${name}`, { content, by: 'ada' });
    expect((await secret('team-chat', { url: `${url}/slack` })).status).toBe(204);
    expect((await secret('program', { url: `${url}/program`, key: KEY })).status).toBe(204);
    await app.untilLive('v1');
    await until(
      'both are told',
      async () => received,
      () => to('/slack').length > 0 && to('/program').length > 0,
    );

    const commit = await repository.push(crashing('boom'));
    await until(
      'both are told of the failure',
      async () => received,
      () => to('/slack').length > 1 && to('/program').length > 1,
    );

    const told = to('/program').map(({ headers, body }) => new Webhook(KEY).verify(body, headers));
    expect(told).toMatchObject([
      { type: 'change.deployed', version: 1, data: { app: { namespace: 'acme' }, reason: 'deployed as r1' } },
      { type: 'change.failed', data: { commit: { sha: commit } } },
    ]);
    const messages = to('/slack').map(({ body }) => JSON.parse(body).text);
    expect(messages).toEqual([expect.stringMatching(/deployed as r1$/), expect.stringMatching(/ failed: /)]);
  },
);
