import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RetryableError } from '../../../shared/domain/errors.ts';
import { aDeadLetter, type ConsoleWorld, givenApp, openConsole, WEBHOOK_URL } from './world.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
});
afterAll(() => world.close());

const browser = { accept: 'text/html' };
const look = async (path: string, of = world) => (await of.ask('GET', path, undefined, browser)).text;
const status = async (of = world) => (await of.ask('GET', '/api/status')).body;

const condition = { type: 'SourceConnected', lastTransitionTime: new Date().toISOString() } as const;
const connected = { ...condition, status: 'True', reason: 'Connected', message: 'It tells.' } as const;
const denied = {
  ...condition,
  status: 'False',
  reason: 'NotConnected',
  message: 'Give the token the permission Webhooks: write.',
} as const;

describe('the webhooks', () => {
  test('are told per repository, what is not connected first, with what came last, and GitHub is not asked', async () => {
    const well = await givenApp(world, { spec: { repository: 'Acme/Well' } });
    const beside = await givenApp(world, { spec: { repository: 'acme/well', branch: 'next' } });
    const ill = await givenApp(world, { spec: { repository: 'acme/ill' } });
    await world.cluster.setAppStatus(well, { conditions: [connected] });
    await world.cluster.setAppStatus(beside, { conditions: [connected] });
    await world.cluster.setAppStatus(ill, { conditions: [denied] });
    const push = { event: 'push', repository: 'acme/WELL', body: '{}' };
    const receivedAt = new Date(Date.now() - 300_000).toISOString();
    await world.store.recordDelivery({ ...push, id: '1/old', receivedAt: new Date(0).toISOString() });
    await world.store.recordDelivery({ ...push, id: '1/new', receivedAt });
    await world.store.judgeDelivery('1/new', { changes: ['a', 'b'] });
    const { webhooks, repositories } = await status();
    expect(repositories).toBe(2);
    expect(webhooks).toMatchObject([
      { repository: 'acme/ill', connected: 'False', message: denied.message },
      { apps: expect.arrayContaining([`${well.namespace}/shop`, `${beside.namespace}/shop`]) },
    ]);
    expect(webhooks[0].last).toBeUndefined();
    expect(webhooks[1].last).toEqual({ at: receivedAt, event: 'push', became: '2 Changes' });
    const page = await look('/status');
    expect(page).toContain(denied.message);
    expect(page).toMatch(/last: push, 2 Changes · <time[^>]*>5 min ago/);
    expect(page).toMatch(/href="\/webhooks\/[Aa]cme\/[Ww]ell"/);
  });

  test('of one repository are asked of GitHub by who opens its page, and say what did not come', async () => {
    world.repository('acme/asked');
    await givenApp(world, { spec: { repository: 'Acme/asked' } });
    const hook = { url: WEBHOOK_URL, secret: 's'.repeat(16), events: ['push'] };
    await world.codeHost.ensureWebhook('acme/asked', hook);
    const path = '/api/webhooks/acme/asked/deliveries';
    await expect.poll(async () => (await world.ask('GET', path)).body.deliveries).toHaveLength(1);
    const { body } = await world.ask('GET', path);
    const [ping] = body.deliveries;
    expect(ping).toMatchObject({ event: 'ping', answer: 0, delivered: false });
    expect(ping.became).toMatch(/^it is not here/);
    const receivedAt = new Date().toISOString();
    const judgement = { skipped: 'nothing waits for ping events' };
    const stored = { id: ping.id, event: 'ping', repository: 'acme/asked', body: '', receivedAt, judgement };
    await world.store.recordDelivery(stored);
    const page = await look('/webhooks/acme/asked');
    expect(page).toContain('none, not delivered');
    expect(page).toContain('skipped: nothing waits for ping events');
    expect(page).not.toContain('hx-sse:connect');
  });

  test('of a repository that no App follows are nobody’s to ask for', async () => {
    world.repository('acme/other');
    expect((await world.ask('GET', '/api/webhooks/acme/other/deliveries')).status).toBe(404);
    expect((await world.ask('GET', '/webhooks/acme/other', undefined, browser)).status).toBe(404);
  });
});

describe('a dead letter', () => {
  test('is published again as it was, by the API and by its button, and says by whom', async () => {
    const id = await aDeadLetter(world);
    const answer = await world.ask('POST', `/api/dead-letters/${id}/replay`, { by: 'ann' });
    expect(answer).toMatchObject({ status: 202, body: { id, replayed: { by: 'ann' } } });
    const event = {
      id,
      type: 'com.github.push',
      source: '/cite/receiveWebhook',
      subject: 'acme/shop',
      data: { delivery: '1/guid' },
      githubevent: 'push',
    };
    expect(world.emitted.at(-1)).toEqual(event);
    expect(await look('/status')).toContain('published again by ann');
    const other = await aDeadLetter(world);
    const page = await look('/status');
    expect(page).toContain(`action="/dead-letters/${other}/replay"`);
    const origin = `http://${new URL(world.url).host}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin, ...browser };
    expect((await world.send('POST', `/dead-letters/${other}/replay`, '', headers)).status).toBe(303);
    expect(world.emitted.at(-1)).toEqual({ ...event, id: other });
  });

  test('that is not there, or whose data was not kept, is not published', async () => {
    const before = world.emitted.length;
    const cut = await aDeadLetter(world, { data: '[cut]' });
    expect((await world.ask('POST', `/api/dead-letters/${cut}/replay`, {})).status).toBe(409);
    expect((await world.ask('POST', '/api/dead-letters/none/replay', {})).status).toBe(404);
    expect(world.emitted).toHaveLength(before);
  });
});

describe("GitHub's rate limit", () => {
  const core = { limit: 5000, remaining: 17, reset: Date.parse('2026-12-01T00:00:00Z') / 1000 };

  test('is told, and asked for once however often the page is looked at', async () => {
    const fresh = await openConsole();
    try {
      fresh.limits.core = core;
      for (const _ of [1, 2, 3]) {
        expect((await status(fresh)).rateLimit).toMatchObject({ limit: 5000, remaining: 17 });
      }
      expect(await look('/status', fresh)).toContain(
        '<strong>17 of 5000 requests are left until 2026-12-01 00:00:00 UTC</strong>',
      );
      expect(fresh.limits.asked).toBe(1);
    } finally {
      await fresh.close();
    }
  });

  test('that is not set is said to be none', async () => {
    expect((await status()).rateLimit).toBeUndefined();
    expect(await look('/status')).toContain('none is set');
  });

  test('is waited for by no page for long', async () => {
    const slow = await openConsole();
    try {
      slow.limits.isSilent = true;
      const begun = Date.now();
      expect((await status(slow)).away).toEqual(['GitHub has not answered yet']);
      // GitHub's adapter itself gives up after 8 s.
      expect(Date.now() - begun).toBeLessThan(6000);
    } finally {
      await slow.close();
    }
  });
});

describe('what is away', () => {
  test('is said in its place; what is there is shown', async () => {
    const away = async () => {
      throw new RetryableError('the cluster is away');
    };
    const half = await openConsole({}, (cluster) => ({ ...cluster, listApps: away }));
    try {
      await aDeadLetter(half);
      const body = await status(half);
      expect(body).toMatchObject({
        away: ['the cluster is away'],
        openChanges: 0,
        deadLetters: [{ code: 503 }],
      });
      expect(body).not.toHaveProperty('apps');
      const page = await half.ask('GET', '/status', undefined, browser);
      expect(page.status).toBe(200);
      expect(page.text).toContain('the cluster is away. What it would tell is not known now.');
      expect(page.text).toContain('com.github.push');
    } finally {
      await half.close();
    }
  });

  test('may be all of the store', async () => {
    const away = async () => {
      throw new RetryableError('Redis cannot be reached');
    };
    const lost = await openConsole({}, undefined, (store) => ({
      ...store,
      listChanges: away,
      unjudgedDeliveries: away,
      pendingMessages: away,
      listDeadLetters: away,
      lastDelivery: away,
    }));
    try {
      const app = await givenApp(lost);
      await lost.cluster.setAppStatus(app, { conditions: [denied] });
      const { status, text } = await lost.ask('GET', '/status', undefined, browser);
      expect({ status, text }).toMatchObject({ status: 200, text: expect.stringContaining('not known now') });
      expect(text.match(/Redis cannot be reached/g)).toHaveLength(1);
      expect(text).toContain(denied.message);
    } finally {
      await lost.close();
    }
  });
});
