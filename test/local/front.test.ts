import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Front, openFront } from '../../scripts/local/front.ts';
import { addresseeOf } from '../../scripts/local/hosts.ts';
import { appProxy } from '../../scripts/local/proxy.ts';

let front: Front;
const says = (text: string) => (req: IncomingMessage, res: ServerResponse) =>
  void res.end(`${text} ${req.url}`);
const backends = {
  proxy: appProxy({ endpoints: () => [], isThere: async () => false }),
  gitHost: async (req: IncomingMessage, res: ServerResponse) => {
    if (req.url?.includes('missing')) return false;
    says('git')(req, res);
    return true;
  },
  receiveWebhook: says('webhook'),
  console: says('console'),
};

beforeEach(async () => {
  front = await openFront(0);
  front.serve(backends);
});
afterEach(() => front.close(0));

function ask(path: string, headers: Record<string, string> = {}, address = '127.0.0.1') {
  return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const sent = { host: 'localhost', ...headers };
    request({ host: address, port: front.port, path, headers: sent }, async (res) =>
      resolve({ status: res.statusCode, text: (await res.toArray()).join('') }),
    )
      .once('error', reject)
      .end();
  });
}

describe('the one port', () => {
  test.each([
    ['/', 'console /'],
    ['/api/apps?x=1', 'console /api/apps?x=1'],
    ['/webhooks', 'webhook /'],
    ['/webhooks/', 'console /webhooks/'],
    [
      '/git/acme/web.git/info/refs?service=git-upload-pack',
      'git /git/acme/web.git/info/refs?service=git-upload-pack',
    ],
    ['/api/v3/repos/acme/web', 'git /api/v3/repos/acme/web'],
  ])('%s is for %s', async (path, text) => {
    expect(await ask(path)).toEqual({ status: 200, text });
  });

  test('what the git host does not know is 404, not the console', async () => {
    expect(await ask('/git/missing')).toMatchObject({ status: 404 });
  });

  test.each(['localhost', 'localhost:8080', '127.0.0.1:1', '[::1]:8080', 'LOCALHOST'])(
    'the platform answers to %s',
    async (host) => {
      expect(await ask('/', { host })).toMatchObject({ status: 200 });
    },
  );

  test.each([
    'evil.example',
    'localhost.evil.example',
    'notlocalhost',
    '127.0.0.1.evil.example',
    'a.localhost',
  ])('a page that reaches this machine by the name %j of its own is refused', async (host) => {
    expect(await ask('/api/apps', { host })).toMatchObject({ status: 421 });
  });

  test.each(['http://evil.example', 'null', 'https://localhost:8080', 'http://web.acme.localhost:8080'])(
    'a request from a page of %s is refused',
    async (origin) => {
      expect(await ask('/api/apps', { host: 'localhost:8080', origin })).toMatchObject({ status: 403 });
      expect(await ask('/webhooks', { host: 'localhost:8080', origin })).toMatchObject({ status: 403 });
    },
  );

  test.each(['/', '/api/apps', '/git/acme/web.git/info/refs?service=git-receive-pack', '/webhooks'])(
    "what another site's page has a browser load from %s is refused",
    async (path) => {
      const image = {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'no-cors',
        'sec-fetch-dest': 'image',
      };
      expect(await ask(path, image)).toMatchObject({ status: 403 });
      expect(await ask(path, { 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 });
      const frame = {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'iframe',
      };
      expect(await ask(path, frame)).toMatchObject({ status: 403 });
    },
  );

  test.each([
    ['who follows a link from another site', 'cross-site'],
    ['who types the address', 'none'],
    ["the console's own page", 'same-origin'],
  ])('%s gets the page', async (_who, site) => {
    const page = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect(await ask('/', page)).toMatchObject({ status: 200 });
  });

  test.each([{}, { connection: 'upgrade', upgrade: 'websocket' }])(
    'whoever asks for an App while nobody knows the Apps is not left waiting (%j)',
    async (headers) => {
      const isThere = () => Promise.reject(new Error('database is locked'));
      front.serve({ ...backends, proxy: appProxy({ endpoints: () => [], isThere }) });
      await expect(ask('/', { host: 'web.acme.localhost', ...headers })).rejects.toThrow('socket hang up');
      expect(await ask('/')).toMatchObject({ status: 200 });
    },
  );

  test('an App answers whomever it wants to', async () => {
    const visit = { host: 'web.acme.localhost', 'sec-fetch-site': 'cross-site' };
    expect(await ask('/', visit)).toMatchObject({ status: 404 });
  });

  test("the console's own pages may ask", async () => {
    const own = { host: 'localhost:8080', origin: 'http://localhost:8080' };
    expect(await ask('/api/apps', own)).toMatchObject({ status: 200 });
  });

  test('it listens on loopback alone, on both kinds of address', async () => {
    const there = await ask('/', {}, '::1').then(
      ({ status }) => status,
      (err: NodeJS.ErrnoException) => err.code,
    );
    expect([200, 'EADDRNOTAVAIL', 'EAFNOSUPPORT']).toContain(there);
  });

  test('a taken port is told as such', async () => {
    await expect(openFront(front.port)).rejects.toThrow(`port ${front.port} is taken`);
  });

  test('a port taken on IPv6 alone is told, and nothing is left listening', async () => {
    const other = createServer();
    const listening = once(other.listen(0, '::1'), 'listening');
    if (
      await listening.then(
        () => false,
        () => true,
      )
    )
      return;
    const { port } = other.address() as AddressInfo;
    await expect(openFront(port)).rejects.toThrow('is taken');
    other.close();
    const second = await openFront(port);
    expect(second.port).toBe(port);
    await second.close(0);
  });
});

describe('a Host header', () => {
  test.each([
    ['web.acme.localhost', { app: { namespace: 'acme', name: 'web' } }],
    ['Web.ACME.localhost:8080', { app: { namespace: 'acme', name: 'web' } }],
    ['a.web.acme.localhost', 'stranger'],
    ['.acme.localhost', 'stranger'],
    ['web..localhost', 'stranger'],
    ['web.acme.localhost.', 'stranger'],
    ['../x.acme.localhost', 'stranger'],
    [undefined, 'stranger'],
  ])('%s is for %j', (host, expected) => {
    expect(addresseeOf(host)).toEqual(expected);
  });
});
