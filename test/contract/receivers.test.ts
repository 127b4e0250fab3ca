import { lookup } from 'node:dns/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isPublic, isWithin } from '../../shared/adapters/http-receiver/addresses.ts';
import { httpReceivers } from '../../shared/adapters/http-receiver/receivers.ts';
import type { Letter } from '../../shared/ports/receivers.ts';
import { close, listen } from '../support/event-sink.ts';
import { openNameServer } from '../support/name-server.ts';
import { selfSigned } from '../support/self-signed.ts';

const KEY = `whsec_${Buffer.from('k'.repeat(32)).toString('base64')}`;
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A program that somebody else wrote: it takes what comes, and answers as the test says. */
let server: Server;
let url: string;
let connections: number;
let received: Received[];
let answer: (res: ServerResponse, req: IncomingMessage) => void;

beforeEach(async () => {
  connections = 0;
  received = [];
  answer = (res) => void res.writeHead(202).end('thanks');
  server = createServer(async (req, res) => {
    const parts: Buffer[] = [];
    for await (const part of req) parts.push(part);
    const headers = req.headers as Record<string, string>;
    received.push({ method: req.method, url: req.url, headers, body: Buffer.concat(parts).toString() });
    answer(res, req);
  });
  server.on('connection', () => connections++);
  url = await listen(server);
});
afterEach(() => close(server));

const letter = (with_: Partial<Letter> = {}): Letter => ({
  url: `${url}/hooks?team=a`,
  id: 'msg_1',
  at: new Date(),
  body: '{"text":"ü <&>"}',
  ...with_,
});
const here = httpReceivers({ privateRanges: LOOPBACK, timeoutMs: 500 });
const outside = httpReceivers({ privateRanges: [], timeoutMs: 500 });

describe('what is posted', () => {
  test('comes as JSON, whole, and once', async () => {
    expect(await here.post(letter())).toEqual({ status: 202 });
    expect(received).toMatchObject([{ method: 'POST', url: '/hooks?team=a', body: '{"text":"ü <&>"}' }]);
    expect(received[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'cite' });
    expect(received[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  test('is signed such that a receiver of Standard Webhooks takes it, and no other', async () => {
    await here.post(letter({ key: KEY }));
    const { headers, body } = received[0] ?? expect.unreachable();
    expect(headers['webhook-id']).toBe('msg_1');
    expect(new Webhook(KEY).verify(body, headers)).toEqual({ text: 'ü <&>' });
    expect(() => new Webhook(KEY).verify(body.replace('ü', 'u'), headers)).toThrow();
    expect(() => new Webhook(KEY).verify(body, { ...headers, 'webhook-id': 'msg_2' })).toThrow();
    const another = `whsec_${Buffer.from('o'.repeat(32)).toString('base64')}`;
    expect(() => new Webhook(another).verify(body, headers)).toThrow();
  });

  test('an hour later bears the time of that attempt, and the same id', async () => {
    const at = new Date(Date.now() - 3_600_000);
    await here.post(letter({ key: KEY, at }));
    const { headers } = received[0] ?? expect.unreachable();
    expect(headers).toMatchObject({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    });
  });

  test.each(['', 'whsec_', 'hunter2', 'whsec_c2hvcnQ=', `whsec_${'*'.repeat(60)}`])(
    'is not sent without a signature where the key is %j',
    async (key) => {
      expect(await here.post(letter({ key }))).toMatchObject({
        fault: expect.stringContaining('key'),
        remedy: expect.any(String),
      });
      expect(received).toEqual([]);
    },
  );
});

describe('an answer', () => {
  test.each([200, 204, 301, 400, 404, 410, 500, 503])('of %i is told by its status', async (status) => {
    answer = (res) => void res.writeHead(status, { location: `${url}/elsewhere` }).end();
    expect(await here.post(letter())).toEqual({ status });
    expect(received, 'a redirect is not followed').toHaveLength(1);
  });

  test.each<[string, number | undefined]>([
    ['120', 120_000],
    ['0', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Thu, 01 Jan 2025 00:00:00 GMT', undefined],
  ])('with Retry-After: %s', async (value, retryAfterMs) => {
    answer = (res) => void res.writeHead(429, { 'retry-after': value }).end();
    const at = new Date('2026-01-01T00:00:00Z');
    expect(await here.post(letter({ at }))).toEqual({ status: 429, ...(retryAfterMs && { retryAfterMs }) });
  });

  test('without an end is read no further than it is needed', async () => {
    let sent = 0;
    answer = (res) => {
      res.writeHead(200);
      const more = () => {
        while (!res.destroyed && res.write(Buffer.alloc(64 * 1024))) sent += 64 * 1024;
        if (!res.destroyed) res.once('drain', more);
      };
      more();
    };
    expect(await here.post(letter())).toEqual({ status: 200 });
    expect(sent).toBeLessThan(8 * 1024 * 1024);
  });

  test('that drips ends with the time that there is for all of it', async () => {
    answer = (res) => {
      res.writeHead(200);
      const drip = setInterval(() => res.write('.'), 50);
      res.once('close', () => clearInterval(drip));
    };
    const begun = performance.now();
    expect(await here.post(letter())).toEqual({ status: 200 });
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  test('that does not come is waited for no longer than that', async () => {
    answer = () => undefined;
    expect(await here.post(letter())).toEqual({ fault: 'no answer in 500 ms' });
  });

  test('that breaks off, and a port that nobody listens on, are told in our own words', async () => {
    answer = (_res, req) => req.socket.destroy();
    expect(await here.post(letter())).toEqual({ fault: 'the connection failed (UND_ERR_SOCKET)' });
    await close(server);
    expect(await here.post(letter())).toEqual({ fault: 'the connection failed (ECONNREFUSED)' });
    server = createServer();
    await listen(server);
  });

  test('of a name whose server is silent holds up nobody who needs another name', async () => {
    const names = await openNameServer({});
    const asking = httpReceivers({ privateRanges: [], timeoutMs: 500, nameServers: [names.address] });
    const begun = performance.now();
    const all = Array.from({ length: 8 }, (_, i) => asking.post(letter({ url: `https://h${i}.test/` })));
    await lookup('localhost');
    expect(performance.now() - begun).toBeLessThan(400);
    for (const told of await Promise.all(all)) expect(told).toEqual({ fault: 'no answer in 500 ms' });
    names.close();
  });

  test('of a name that is none is told without the name', async () => {
    const told = await outside.post(letter({ url: 'https://secret-token.invalid/T0/B0' }));
    expect(told).toHaveProperty('fault');
    expect(JSON.stringify(told)).not.toContain('secret-token');
  });

  test('of one whose certificate nobody knows is not asked for', async () => {
    const secure = createSecureServer(await selfSigned(), (_req, res) => res.end());
    const address = (await listen(secure)).replace('http:', 'https:');
    expect(await here.post(letter({ url: address }))).toMatchObject({
      fault: 'its certificate is not valid (DEPTH_ZERO_SELF_SIGNED_CERT)',
    });
    await close(secure);
  });
});

describe('an address', () => {
  test.each([
    'not a url',
    '',
    'ftp://a.test/',
    'file:///etc/passwd',
    'http://hooks.example.com/x',
    'https://user:secret@hooks.example.com/',
    'https://user@hooks.example.com/',
  ])('of %j is refused, with what to do', async (given) => {
    const told = await outside.post(letter({ url: given }));
    expect(told).toMatchObject({ fault: expect.any(String), remedy: expect.any(String) });
    if (given !== '') expect(JSON.stringify(told)).not.toContain(given);
  });

  test('that is not public is not connected to, whatever it is written like', async () => {
    const port = new URL(url).port;
    const hosts = [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '0x7f.1',
      '2130706433',
      '0.0.0.0',
      '[::]',
    ];
    for (const host of hosts)
      expect(await outside.post(letter({ url: `https://${host}:${port}/` })), host).toMatchObject({
        fault: 'its url leads to an address that is not public',
      });
    expect(connections).toBe(0);
  });

  test('is looked at as a name leads there, whatever that name is', async () => {
    const names = await openNameServer({
      'rebound.test': ['127.0.0.1'],
      'metadata.test': ['169.254.169.254', '10.0.0.1'],
      'receiver.test': ['127.0.0.1'],
    });
    const nameServers = [names.address];
    const port = new URL(url).port;
    const strict = httpReceivers({ privateRanges: [], timeoutMs: 500, nameServers });
    for (const name of ['rebound.test', 'metadata.test'])
      expect(await strict.post(letter({ url: `https://${name}:${port}/` })), name).toMatchObject({
        fault: 'its url leads to an address that is not public',
      });
    expect(connections).toBe(0);
    const allowed = httpReceivers({ privateRanges: LOOPBACK, timeoutMs: 500, nameServers });
    expect(await allowed.post(letter({ url: `http://receiver.test:${port}/` }))).toEqual({ status: 202 });
    expect(received[0]?.headers.host).toBe(`receiver.test:${port}`);
    names.close();
  });

  test('is spoken to by plain http only where the platform team named its range', async () => {
    const other = httpReceivers({ privateRanges: ['10.0.0.0/8'], timeoutMs: 500 });
    const port = new URL(url).port;
    for (const host of ['127.0.0.1', 'localhost'])
      expect(await other.post(letter({ url: `http://${host}:${port}/` })), host).toMatchObject({
        fault: 'its url leads to an address that is not public',
      });
    expect(await here.post(letter({ url: `http://localhost:${port}/` }))).toEqual({ status: 202 });
    expect(connections).toBe(1);
  });

  test.each([
    ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'],
    ...['192.0.2.1', '198.18.0.1', '203.0.113.9', '224.0.0.1', '240.0.0.1', '255.255.255.255', '192.0.0.8'],
    ...[
      '::',
      '::1',
      'fe80::1',
      'fd00::1',
      'fc00::1',
      'ff02::1',
      'fec0::1',
      '2001:db8::1',
      '100::1',
      '5f00::1',
    ],
    ...['::ffff:10.0.0.1', '::ffff:169.254.169.254', '::10.0.0.1', '64:ff9b::10.0.0.1', '64:ff9b:1::a00:1'],
    ...['2002:a00:1::', '2001:0:a00:1::'],
  ])('%s is not public', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  test.each(['1.1.1.1', '140.82.112.3', '2606:4700:4700::1111', '::ffff:1.1.1.1'])('%s is', (address) => {
    expect(isPublic(address)).toBe(true);
  });

  test('is within a range of its own kind alone', () => {
    expect(isWithin('10.20.0.1', ['10.20.0.0/16'])).toBe(true);
    expect(isWithin('::ffff:10.20.0.1', ['10.20.0.0/16'])).toBe(true);
    expect(isWithin('10.21.0.1', ['10.20.0.0/16', 'fd00::/8'])).toBe(false);
    expect(isWithin('fd12::1', ['10.20.0.0/16', 'fd00::/8'])).toBe(true);
    expect(isWithin('10.20.0.1', [])).toBe(false);
  });
});
