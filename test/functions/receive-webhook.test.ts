import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handle } from '../../functions/receiveWebhook/handle.ts';
import { sqliteStore } from '../../scripts/local/store/store.ts';
import { brokerEvents } from '../../shared/adapters/broker/events.ts';
import type { Delivery } from '../../shared/domain/delivery.ts';
import { host } from '../../shared/runtime/host.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { close, listen, openEventSink } from '../support/event-sink.ts';
import { recorded, recordedKinds } from '../support/github-examples.ts';

const SECRET = "It's a Secret to Everybody";
const BEFORE = 'the secret that it replaces';
const clock = () => new Date();

const dir = mkdtempSync(join(tmpdir(), 'cite-webhook-'));
const store = sqliteStore({ file: join(dir, 'store.sqlite'), clock });
const lines: string[] = [];
let sink: Awaited<ReturnType<typeof openEventSink>>;
let server: Server;
let url: string;

beforeAll(async () => {
  sink = await openEventSink();
  const log = logger('receiveWebhook', 'info', { write: (line: string) => void lines.push(line) });
  const events = brokerEvents({ url: sink.url, source: 'receiveWebhook', clock });
  const config = { WEBHOOK_SECRET: SECRET, WEBHOOK_SECRET_BEFORE: BEFORE };
  server = host('receiveWebhook', handle({ store, events, clock, log, config }));
  url = await listen(server);
});
afterAll(async () => {
  await close(server);
  await sink.close();
  await store.close();
  rmSync(dir, { recursive: true });
});
beforeEach(() => {
  sink.events.length = 0;
});

const sign = (body: string | Buffer, secret = SECRET) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

let count = 0;
function deliver(
  event: string,
  body: string | Buffer,
  change: { guid?: string; headers?: Record<string, string> } = {},
) {
  const guid = change.guid ?? `guid-${++count}`;
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': guid,
    'x-github-hook-id': '42',
    'x-hub-signature-256': sign(body),
    ...change.headers,
  };
  return fetch(url, { method: 'POST', headers, body: new Uint8Array(Buffer.from(body)) }).then(
    async (res) => ({
      status: res.status,
      text: await res.text(),
      id: `42/${guid}`,
    }),
  );
}
const pushed = {
  ref: 'refs/heads/main',
  before: 'b'.repeat(40),
  after: 'a'.repeat(40),
  deleted: false,
  forced: false,
  repository: { full_name: 'acme/shop' },
  head_commit: { id: 'a'.repeat(40), message: '한국어 🚀', author: { name: 'Ada' } },
};
const push = JSON.stringify({ ...pushed, commits: ['한국어 🚀'] });

describe('a webhook', () => {
  it('is stored, announced, and answered 202', async () => {
    const answer = await deliver('push', push);
    expect(answer.status).toBe(202);
    const { body, ...stored } = (await store.getDelivery(answer.id)) as Delivery;
    expect(stored).toMatchObject({ event: 'push', repository: 'acme/shop', commit: pushed.after });
    expect(JSON.parse(body)).toEqual(pushed);
    expect(sink.events).toMatchObject([{ type: 'com.github.push', data: { delivery: answer.id } }]);
  });

  it.each(['status', 'create', 'delete', 'watch'])('of kind %s is stored without its body', async (event) => {
    const answer = await deliver(event, JSON.stringify({ ...pushed, sha: pushed.after }));
    expect(await store.getDelivery(answer.id)).toMatchObject({ repository: 'acme/shop', body: '' });
  });

  it('sent twice is one delivery, announced again until it is judged', async () => {
    const first = await deliver('push', push, { guid: 'twice' });
    await deliver('push', push, { guid: 'twice' });
    expect(sink.events).toHaveLength(2);
    await store.judgeDelivery(first.id, { skipped: 'for a test' });
    const third = await deliver('push', push, { guid: 'twice' });
    expect([third.status, sink.events.length]).toEqual([202, 2]);
  });

  it('signed with the secret before the present one is taken, while it is being replaced', async () => {
    const headers = { 'x-hub-signature-256': sign(push, BEFORE) };
    expect((await deliver('push', push, { headers })).status).toBe(202);
  });

  it('of another kind is answered 202 with its verdict, which is kept', async () => {
    const answer = await deliver('watch', '{}');
    expect(answer).toMatchObject({ status: 202, text: 'skipped: nothing waits for watch events\n' });
    expect((await store.getDelivery(answer.id))?.judgement).toEqual({
      skipped: 'nothing waits for watch events',
    });
    expect(sink.events).toEqual([]);
  });

  it.each<[string, Record<string, string>, string | Buffer, number]>([
    ['without a signature', { 'x-hub-signature-256': '' }, push, 401],
    ['with the signature of another body', { 'x-hub-signature-256': sign('{}') }, push, 401],
    [
      'with the signature of another secret',
      { 'x-hub-signature-256': sign(push, 'guessed guessed guessed') },
      push,
      401,
    ],
    [
      'with SHA-1 alone',
      {
        'x-hub-signature-256': '',
        'x-hub-signature': `sha1=${createHmac('sha1', SECRET).update(push).digest('hex')}`,
      },
      push,
      401,
    ],
    ['with a signature that is none', { 'x-hub-signature-256': 'sha256=' }, push, 401],
    ['with bytes that are no UTF-8', {}, Buffer.from([0x7b, 0xff, 0x7d]), 401],
    ['that is no JSON', {}, '{"a":', 400],
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded' }, push, 415],
    ['without an event name', { 'x-github-event': '' }, push, 400],
    ['with a path for an id', { 'x-github-delivery': '../../etc/passwd' }, push, 400],
    ['with an event that is no word', { 'x-github-event': 'push; rm -rf /' }, push, 400],
  ])('%s is refused, and nothing of it is kept', async (_title, headers, body, status) => {
    const before = await store.unjudgedDeliveries(new Date(Date.now() + 1000));
    const answer = await deliver('push', body, { headers });
    expect(answer.status).toBe(status);
    expect(await store.getDelivery(answer.id)).toBeUndefined();
    expect(await store.unjudgedDeliveries(new Date(Date.now() + 1000))).toEqual(before);
    expect(sink.events).toEqual([]);
  });

  it('by GET is none', async () => {
    expect((await fetch(url)).status).toBe(405);
  });

  it('whose header comes twice is refused, not guessed', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const req = request(url, { method: 'POST', headers: { 'content-type': 'application/json' } }, (res) => {
        res.resume();
        resolve(res.statusCode);
      });
      req.setHeader('x-hub-signature-256', [sign(push), sign(push)]);
      req.on('error', reject).end(push);
    });
    expect(status).toBe(401);
  });

  it('is still answered 202 when the broker is away: it is in the store, resync announces it', async () => {
    const away = brokerEvents({ url: 'http://127.0.0.1:9', source: 'receiveWebhook', clock });
    const log = logger('receiveWebhook', 'error', { write: () => {} });
    const config = { WEBHOOK_SECRET: SECRET, WEBHOOK_SECRET_BEFORE: undefined };
    const alone = host('receiveWebhookAlone', handle({ store, events: away, clock, log, config }));
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': 'alone',
      'x-hub-signature-256': sign(push),
    };
    const answer = await fetch(await listen(alone), { method: 'POST', headers, body: push });
    await close(alone);
    expect(answer.status).toBe(202);
    expect(await store.getDelivery('0/alone')).toMatchObject({ repository: 'acme/shop' });
  });

  it('never shows the secret or the signature in a log', () => {
    expect(lines.join('')).not.toMatch(/sha256=|Secret to Everybody|that it replaces/);
  });
});

describe("GitHub's recorded webhooks", () => {
  const all = recordedKinds.flatMap(({ name, examples }) => examples.map((payload) => ({ name, payload })));

  it(`are all answered 202, ${all.length} of them`, async () => {
    for (const { name, payload } of all) {
      const answer = await deliver(name, JSON.stringify(payload));
      expect([name, answer.status]).toEqual([name, 202]);
    }
  });

  it.each(['push', 'create', 'delete', 'status'])('of kind %s are announced, each once', async (kind) => {
    const payloads = recorded(kind);
    for (const payload of payloads) await deliver(kind, JSON.stringify(payload));
    expect(payloads.length).toBeGreaterThan(0);
    expect(sink.events.map((event) => event.type)).toEqual(payloads.map(() => `com.github.${kind}`));
  });
});
