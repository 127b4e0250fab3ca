import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { httpProbe } from '../../shared/adapters/http-probe/probe.ts';
import { appAnswers } from '../hostile/corpus/app-answers.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** Something that listens, and does to each connection what the test says. */
async function listening(answer: Parameters<typeof createServer>[1]) {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { host: '127.0.0.1', port, authority: 'shop.acme.test' };
}

/** Its connection stays open. */
const saying = (answer: string) => (socket: Socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => socket.write(answer));
};

const http = { timeoutSeconds: 1, http: { path: '/health?deep=1' } };
const tcp = { timeoutSeconds: 1 };

test.each([
  ['200 OK', undefined],
  ['302 Found', undefined],
  ['404 Not Found', 'GET /health?deep=1 answered 404'],
  ['500 Oh', 'GET /health?deep=1 answered 500'],
])('an answer of %s', async (status, fault) => {
  let asked = '';
  const address = await listening((socket) =>
    socket.once('data', (data) => {
      asked = data.toString();
      socket.write(`HTTP/1.1 ${status}\r\nlocation: /elsewhere\r\n\r\nforever`);
    }),
  );
  expect(await httpProbe.fault(address, http)).toBe(fault);
  expect(asked).toMatch(/^GET \/health\?deep=1 HTTP\/1.1\r\n/);
  expect(asked).toMatch(/\r\nhost: shop\.acme\.test\r\n/i);
});

test.each(Object.entries(appAnswers))(
  'an app that answers with %s is judged in time',
  async (_what, answer) => {
    const fault = await httpProbe.fault(await listening(saying(answer)), http);
    expect(fault ?? 'GET').toMatch(/^GET/);
  },
);

test.each([
  ['another protocol, unasked', 'GET /health?deep=1 answered 101'],
  ['another protocol, unnamed', 'GET /health?deep=1 answered 101'],
  ['a status below all', 'GET /health?deep=1 answered 99'],
  ['an empty line', 'GET /health?deep=1: no answer in 1000 ms'],
])('an app that answers with %s is not well', async (what, fault) => {
  expect(await httpProbe.fault(await listening(saying(appAnswers[what] as string)), http)).toBe(fault);
});

test('an app that is silent has so long, and one that drips its answer no longer', async () => {
  const drips: NodeJS.Timeout[] = [];
  const address = await listening((socket) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 200 OK\r\nx: ');
    drips.push(setInterval(() => socket.write('x'), 100));
  });
  try {
    expect(await httpProbe.fault(address, http)).toBe('GET /health?deep=1: no answer in 1000 ms');
  } finally {
    for (const drip of drips) clearInterval(drip);
  }
});

test('without HTTP a connection is enough', async () => {
  const address = await listening(() => undefined);
  expect(await httpProbe.fault(address, tcp)).toBeUndefined();
});

test('where nothing listens it says so', async () => {
  const address = await listening(() => undefined);
  await new Promise((resolve) => server?.close(resolve));
  expect(await httpProbe.fault(address, tcp)).toMatch(/^no connection: .*ECONNREFUSED/);
  expect(await httpProbe.fault(address, http)).toMatch(/^GET \/health\?deep=1: .*ECONNREFUSED/);
});
