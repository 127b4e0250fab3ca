import { createHmac } from 'node:crypto';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { handle } from '../../functions/receiveWebhook/handle.ts';
import { brokerEvents } from '../../shared/adapters/broker/events.ts';
import { host } from '../../shared/runtime/host.ts';
import { openSystems } from '../functions/scenes/systems.ts';
import { close, listen, openEventSink } from '../support/event-sink.ts';
import { headerSets } from './corpus/headers.ts';
import { documents } from './corpus/json.ts';
import { repositories } from './corpus/names.ts';
import { ACTS, texts } from './corpus/texts.ts';

/** GitHub's own cap on a payload. */
const MAX_BODY_BYTES = 25 * 1024 * 1024;

const SECRET = 'planted-secret-of-the-webhook';
const clock = () => new Date();
const systems = openSystems(clock);
const lines: string[] = [];
let sink: Awaited<ReturnType<typeof openEventSink>>;
let server: Server;
let url: string;

beforeAll(async () => {
  sink = await openEventSink();
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const events = brokerEvents({ url: sink.url, source: 'receiveWebhook', clock });
  const config = { WEBHOOK_SECRET: SECRET, WEBHOOK_SECRET_BEFORE: undefined };
  server = host('hostileWebhook', handle({ ...systems, events, clock, log, config }));
  url = await listen(server);
});
afterAll(async () => {
  await close(server);
  await sink.close();
  await systems.close();
});

const sign = (body: string, secret = SECRET) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

let count = 0;
async function deliver(body: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': `guid-${++count}`,
      'x-hub-signature-256': sign(body),
      ...headers,
    },
  });
  const text = await answer.text();
  expect(text.length).toBeLessThan(1000);
  expect(text.trimEnd()).not.toMatch(ACTS);
  expect(text).not.toContain(SECRET);
  return answer.status;
}

/** Bytes as they are, and what comes back until the server has had enough of them. */
function speak(...parts: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (part) => (answer += part));
    socket.on('error', (err: NodeJS.ErrnoException) =>
      err.code === 'ECONNRESET' || err.code === 'EPIPE' ? undefined : reject(err),
    );
    socket.on('close', () => resolve(answer));
    for (const part of parts) socket.write(part, 'latin1');
  });
}

const push = JSON.stringify({
  repository: { full_name: 'acme/shop' },
  after: 'a'.repeat(40),
  ref: 'refs/heads/main',
});
const head = (...more: string[]) =>
  `${['POST / HTTP/1.1', 'host: x', 'connection: close', ...more].join('\r\n')}\r\n\r\n`;

function largest(): string {
  const start = '{"repository":{"full_name":"acme/shop"},"x":"';
  return `${start}${'x'.repeat(MAX_BODY_BYTES - start.length - 2)}"}`;
}

/** Of a sender who has no secret. */
const claimed = `x-hub-signature-256: ${sign('', 'guessed')}`;

describe('a webhook', () => {
  test('that is well signed may hold anything: it is refused, or kept', async () => {
    // Nothing at all has no signature.
    for (const body of documents.filter(Boolean))
      expect([202, 400], body.slice(0, 60)).toContain(await deliver(body));
    for (const full_name of [...repositories, ...Object.values(texts)])
      expect(await deliver(JSON.stringify({ repository: { full_name } }))).toBe(400);
  });

  test('of any words in its headers is refused by them', async () => {
    for (const text of Object.values(texts)) {
      const word = encodeURIComponent(text.toWellFormed()).slice(0, 3000);
      if (!/^[a-z0-9_]{1,64}$/.test(word)) expect(await deliver(push, { 'x-github-event': word })).toBe(400);
      if (!/^[\w-]{1,64}$/.test(word)) expect(await deliver(push, { 'x-github-delivery': word })).toBe(400);
      expect(await deliver(push, { 'x-hub-signature-256': word || 'sha256=' })).toBe(401);
    }
    for (const [what, headers] of Object.entries(headerSets))
      if (!('expect' in headers)) expect([202, 401, 415], what).toContain(await deliver(push, headers));
  });

  test.each([
    ['an empty secret', sign(push, ' ')],
    ['another case', sign(push).toUpperCase()],
    ['another algorithm', sign(push).replace('sha256', 'sha1')],
    ['one digit less', sign(push).slice(0, -1)],
    ['two of them', `${sign(push)},${sign(push)}`],
    ['nothing but its name', 'sha256='],
    ['the signature of nothing', sign('')],
  ])('signed with %s is refused', async (_, signature) => {
    expect(await deliver(push, { 'x-hub-signature-256': signature })).toBe(401);
  });

  test('of GitHub’s largest size is taken, and one byte more is not, said before or not', async () => {
    expect(await deliver(largest())).toBe(202);
    expect(await speak(head(`content-length: ${MAX_BODY_BYTES + 1}`))).toMatch(/^HTTP\/1.1 413 /);
    const piece = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    const chunked = await speak(
      head('transfer-encoding: chunked', claimed),
      ...Array.from({ length: 26 }, () => piece),
    );
    // The rest of it is not read: whoever still sends may see the end of the connection first.
    expect(chunked).toMatch(/^(HTTP\/1.1 413 |$)/);
  });

  test('that is not signed is refused before its body comes', async () => {
    expect(await speak(head(`content-length: ${MAX_BODY_BYTES}`))).toMatch(/^HTTP\/1.1 401 /);
    expect(await speak(head('transfer-encoding: chunked'))).toMatch(/^HTTP\/1.1 401 /);
  });

  test('of GitHub’s largest size waits for no memory: a few are held at once, and small ones are taken all the same', async () => {
    const { port } = server.address() as AddressInfo;
    const answers: string[] = [];
    const senders = Array.from({ length: 6 }, () => {
      const socket = connect(port, '127.0.0.1').setEncoding('latin1');
      socket.on('data', (part) => answers.push(String(part))).on('error', () => undefined);
      socket.write(head(`content-length: ${MAX_BODY_BYTES}`, claimed));
      socket.write(Buffer.alloc(MAX_BODY_BYTES - 1));
      return socket;
    });
    const ended = () => senders.filter((socket) => socket.closed).length;
    try {
      await vi.waitFor(() => expect(ended()).toBe(4), 10_000);
      expect(answers.filter((answer) => !answer.startsWith('HTTP/1.1 503 '))).toEqual([]);
      expect(await deliver(push)).toBe(202);
      expect(ended()).toBe(4);
    } finally {
      for (const socket of senders) socket.destroy();
    }
    // What they held is given back.
    await vi.waitFor(async () => expect(await deliver(largest())).toBe(202), 10_000);
  });

  test.each<[string, string]>([
    ['two lengths', head('content-length: 4', 'content-length: 5')],
    ['a length and chunks', `${head('content-length: 4', 'transfer-encoding: chunked')}0\r\n\r\n`],
    ['chunks in another coding', head('transfer-encoding: xchunked')],
    ['a length that is none', head('content-length: -1')],
    ['a chunk without end', `${head('transfer-encoding: chunked')}ffffffffffffffffff\r\n`],
    ['a header over two lines', head('x-a: b\r\n c')],
    ['a header without a name', head(': x')],
    ['20,000 headers', head(...Array.from({ length: 20_000 }, (_, i) => `x-${i}: y`))],
    ['a path that is none', 'POST foo HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['another protocol', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('with %s is refused, and ends its connection', async (_, bytes) => {
    const answer = await speak(bytes);
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
    expect(answer.match(/^HTTP\/1.1/gm)).toHaveLength(1);
  });

  test('that comes slowly keeps no other one waiting', async () => {
    const slow = Array.from({ length: 50 }, () => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.write(head('content-length: 1000', claimed));
      return socket;
    });
    try {
      expect(await deliver(push)).toBe(202);
    } finally {
      for (const socket of slow) socket.destroy();
    }
  });
});

test('the function lives on; its log is whole, and holds neither the secret nor a signature', async () => {
  expect(await deliver(push)).toBe(202);
  for (const line of lines) {
    expect(JSON.parse(line)).not.toHaveProperty('msg', 'failed unexpectedly');
    expect(line.length).toBeLessThan(20_000);
    expect(line).not.toMatch(/planted|sha256=/);
  }
});
