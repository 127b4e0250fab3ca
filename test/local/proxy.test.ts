import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, createServer as createRawServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type Front, openFront } from '../../scripts/local/front.ts';
import { type AppProxy, appProxy, type Endpoint } from '../../scripts/local/proxy.ts';
import { appAnswers } from '../hostile/corpus/app-answers.ts';

let front: Front;
let proxy: AppProxy;
let live: Endpoint[] | undefined;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  live = undefined;
  proxy = appProxy({ endpoints: () => live ?? [], isThere: async () => live !== undefined });
  const nothing = (_req: IncomingMessage, res: ServerResponse) => void res.writeHead(404).end();
  front = await openFront(0);
  front.serve({ proxy, gitHost: async () => false, receiveWebhook: nothing, console: nothing });
});
afterEach(async () => {
  proxy.close();
  await front.close(0);
  for (const end of ends.splice(0).reverse()) await end();
});

/** An App's pod: answers with its name, unless the test says otherwise. */
async function pod(
  name: string,
  answer: (req: IncomingMessage, res: ServerResponse) => void = (_req, res) => void res.end(name),
): Promise<Endpoint & { readonly server: Server }> {
  const server = createServer(answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, server };
}

/** A pod that answers each connection with these bytes. */
async function rawPod(answer: string): Promise<Endpoint> {
  const server = createRawServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.push(() => server.close());
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

interface Options {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly body?: string;
  readonly agent?: Agent;
  readonly headers?: Record<string, string>;
}

interface Answer {
  readonly status: number;
  readonly reason?: string | undefined;
  readonly text: string;
  readonly headers: IncomingMessage['headers'];
}

function ask({ host = 'web.acme.localhost', body, headers, agent, ...rest }: Options = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const options = { ...rest, agent, host: '127.0.0.1', port: front.port, headers: { host, ...headers } };
    const answered = async (res: IncomingMessage) => {
      const { statusCode: status = 0, statusMessage: reason } = res;
      return { status, reason, text: (await res.toArray()).join(''), headers: res.headers };
    };
    request(options, (res) => answered(res).then(resolve, reject))
      .once('upgrade', (res, socket) => {
        socket.destroy();
        answered(res).then(resolve, reject);
      })
      .once('error', reject)
      .end(body);
  });
}

describe('the proxy of one machine', () => {
  test('an App that is not there is 404, one without a ready pod 503, each with its reason', async () => {
    expect(await ask()).toMatchObject({ status: 404, text: 'There is no App acme/web here.\n' });
    live = [];
    expect(await ask()).toMatchObject({ status: 503, text: expect.stringContaining('acme/web is live') });
  });

  test('takes the ready pods of the live release in turn', async () => {
    live = [await pod('a'), await pod('b')];
    const answers = await Promise.all(Array.from({ length: 10 }, async () => (await ask()).text));
    expect(answers.filter((text) => text === 'a')).toHaveLength(5);
  });

  test('passes method, path, body and headers on, and says who asked', async () => {
    live = [
      await pod('echo', async (req, res) => {
        const body = (await req.toArray()).join('');
        res.writeHead(201, { 'x-app': 'yes', connection: 'close, x-private', 'x-private': '1' });
        res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body }));
      }),
    ];
    const answer = await ask({
      method: 'POST',
      path: '/a/../b?c=%20d',
      body: 'hello',
      headers: {
        'x-forwarded-for': '6.6.6.6',
        connection: 'keep-alive, x-secret',
        'x-secret': 's',
        te: 'trailers',
      },
    });
    expect(answer).toMatchObject({ status: 201, headers: { 'x-app': 'yes' } });
    expect(answer.headers).not.toHaveProperty('x-private');
    const seen = JSON.parse(answer.text);
    expect(seen).toMatchObject({ method: 'POST', url: '/a/../b?c=%20d', body: 'hello' });
    expect(seen.headers).toMatchObject({
      host: 'web.acme.localhost',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'web.acme.localhost',
    });
    expect(seen.headers).not.toHaveProperty('x-secret');
    expect(seen.headers).not.toHaveProperty('te');
  });

  test('a request under way finishes on the old release, the next one is answered by the new', async () => {
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const old = await pod('old', async (_req, res) => {
      res.write('o');
      begun.resolve();
      await goOn.promise;
      res.end('ld');
    });
    live = [old];
    const first = ask();
    await begun.promise;
    live = [await pod('new')];
    expect((await ask()).text).toBe('new');
    goOn.resolve();
    expect((await first).text).toBe('old');
  });

  test('a kept connection that the pod closes fails no GET', async () => {
    let answered = 0;
    const rude = await pod('rude', (req, res) => {
      // Every second request on a connection is met by its end, as when an idle time-out strikes just then.
      if (++answered % 2 === 0) req.socket.destroy();
      else res.end('well');
    });
    live = [rude];
    for (let n = 0; n < 20; n++) expect(await ask()).toMatchObject({ status: 200, text: 'well' });
    expect(answered).toBeGreaterThan(20);
  });

  test('a POST is sent once, and a pod that drops it is 502', async () => {
    let received = 0;
    live = [
      await pod('rude', (req) => {
        received++;
        req.socket.destroy();
      }),
    ];
    expect(await ask({ method: 'POST', body: 'x' })).toMatchObject({ status: 502 });
    expect(received).toBe(1);
  });

  test('50 busy connections over 50 switches: no request fails', async () => {
    const pods = [await pod('even'), await pod('odd')];
    live = pods.slice(0, 1);
    const agent = new Agent({ keepAlive: true, maxSockets: 50 });
    ends.push(() => agent.destroy());
    let switching = true;
    const failures: unknown[] = [];
    const seen = new Set<string>();
    const clients = Array.from({ length: 50 }, async () => {
      while (switching) {
        const answer = await ask({ agent }).catch((err: unknown) => err);
        if (answer instanceof Error || (answer as { status: number }).status !== 200) failures.push(answer);
        else seen.add((answer as { text: string }).text);
      }
    });
    for (let n = 1; n <= 50; n++) {
      await sleep(10);
      live = [pods[n % 2] as Endpoint];
    }
    switching = false;
    await Promise.all(clients);
    expect(failures).toEqual([]);
    expect([...seen].sort()).toEqual(['even', 'odd']);
  });

  test('a client that goes away ends its request at the pod', async () => {
    const gone = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    live = [
      await pod('slow', (_req, res) => {
        res.write('x');
        res.once('close', () => gone.resolve());
        begun.resolve();
      }),
    ];
    const socket = connect(front.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: web.acme.localhost\r\n\r\n');
    await begun.promise;
    socket.destroy();
    await gone.promise;
  });

  test('WebSockets pass in both directions and stay on their release', async () => {
    const old = await pod('old');
    new WebSocketServer({ server: old.server }).on('connection', (socket) =>
      socket.on('message', (text: Buffer) => socket.send(`old ${text}`)),
    );
    live = [old];
    const client = new WebSocket(`ws://127.0.0.1:${front.port}/chat`, {
      headers: { host: 'web.acme.localhost' },
    });
    await once(client, 'open');
    live = [await pod('new')];
    client.send('hello');
    const [message] = (await once(client, 'message')) as [Buffer];
    expect(message.toString()).toBe('old hello');
    client.close();
    await once(client, 'close');
  });

  test('a WebSocket to an App without a pod is refused, not left waiting', async () => {
    live = [];
    const client = new WebSocket(`ws://127.0.0.1:${front.port}/`, {
      headers: { host: 'web.acme.localhost' },
    });
    const [, response] = (await once(client, 'unexpected-response')) as [unknown, IncomingMessage];
    expect(response.statusCode).toBe(503);
    client.on('error', () => undefined).terminate();
  });

  test.each(['GET', 'POST', 'DELETE'])(
    'the body of a %s never becomes a request of its own, whatever its headers say of the connection',
    async (method) => {
      const asked: string[] = [];
      live = [
        await pod('plain', async (req, res) => {
          asked.push(`${req.method} ${req.url}`);
          await req.toArray();
          res.end('plain');
        }),
      ];
      const smuggled = 'GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n';
      for (const connection of [
        'content-length',
        'Content-Length, transfer-encoding, host',
        'keep-alive, host',
      ]) {
        const headers = { connection, 'content-length': String(smuggled.length) };
        const { status } = await ask({ method, path: '/asked', headers, body: smuggled });
        expect(status).toBe(200);
      }
      expect((await ask({ path: '/next' })).text).toBe('plain');
      expect(new Set(asked)).toEqual(new Set([`${method} /asked`, 'GET /next']));
    },
  );

  test("an offer of HTTP/2 in curl's way is answered in HTTP/1.1", async () => {
    live = [await pod('plain')];
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
    expect(await ask({ headers })).toMatchObject({ status: 200, text: 'plain' });
  });

  test.each(Object.entries(appAnswers))(
    'an App that answers with %s keeps no visitor waiting, and ends nothing else',
    async (_what, answer) => {
      const visits: Options[] = [
        {},
        { method: 'HEAD' },
        { method: 'POST', body: 'x', headers: { expect: '100-continue', 'content-length': '1' } },
        { headers: { connection: 'upgrade', upgrade: 'websocket' } },
      ];
      for (const visit of visits) {
        live = [await rawPod(answer)];
        // An answer, or the end of the connection.
        await ask(visit).catch((err: Error) => err);
      }
      live = [await pod('well')];
      expect(await ask()).toMatchObject({ status: 200, text: 'well' });
    },
  );

  test.each([
    'a status below all',
    'no status',
    'another protocol, unasked',
    'another protocol, unnamed',
    'another coding',
  ])('an answer with %s is 502', async (what) => {
    live = [await rawPod(appAnswers[what] as string)];
    expect(await ask()).toMatchObject({ status: 502, text: expect.stringContaining('App') });
  });

  test.each(['a reason with an escape', 'a reason above ASCII'])(
    'of an answer with %s all but that is passed on',
    async (what) => {
      live = [await rawPod(appAnswers[what] as string)];
      expect(await ask()).toMatchObject({ status: 200, reason: 'OK', text: 'hi' });
    },
  );
});
