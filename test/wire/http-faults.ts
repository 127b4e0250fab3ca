import { setTimeout as delay } from 'node:timers/promises';
import type { HttpFault } from './http-proxy.ts';

/** The connection ends, before or after the request is done. */
export const broken: readonly HttpFault[] = [
  { name: 'a reset before the request is done', isDone: false, befall: ({ reset }) => reset() },
  { name: 'a connection closed before the request is done', isDone: false, befall: ({ hangUp }) => hangUp() },
  {
    name: 'a reset after the request is done',
    isDone: true,
    async befall({ forward, reset }) {
      await forward();
      reset();
    },
  },
  {
    name: 'a connection closed after the request is done',
    isDone: true,
    async befall({ forward, hangUp }) {
      await forward();
      hangUp();
    },
  },
  {
    name: 'an answer of headers alone, then a reset',
    isDone: true,
    async befall({ forward, head, reset }) {
      const answer = await forward();
      head(answer, answer.body.length);
      await delay(20);
      reset();
    },
  },
  {
    name: 'half an answer, then a closed connection',
    isDone: true,
    async befall({ forward, head, write, hangUp }) {
      const answer = await forward();
      head(answer, answer.body.length);
      write(half(answer.body));
      await delay(20);
      hangUp();
    },
  },
  {
    name: 'half an answer, ended as if it were whole',
    isDone: true,
    async befall({ forward, head, write, end }) {
      const answer = await forward();
      head(answer);
      write(half(answer.body));
      end();
    },
  },
];

/** The connection stays as it is, and the answer never comes to its end. */
export const endless: readonly HttpFault[] = [
  { name: 'a connection that went silent', isDone: false, befall: ({ goSilent }) => goSilent() },
  {
    name: 'silence, the request done',
    isDone: true,
    befall: async ({ forward }) => void (await forward()),
  },
  {
    name: 'headers, then silence',
    isDone: true,
    async befall({ forward, head }) {
      const answer = await forward();
      head(answer, answer.body.length);
    },
  },
  {
    name: 'half an answer, then silence',
    isDone: true,
    async befall({ forward, head, write }) {
      const answer = await forward();
      head(answer, answer.body.length);
      write(half(answer.body));
    },
  },
  {
    name: 'an answer that drips',
    isDone: true,
    async befall(exchange) {
      const answer = await exchange.forward();
      exchange.head(answer, 10_000);
      for (let i = 0; !exchange.isOver; i++) {
        exchange.write(Buffer.of(answer.body[i] ?? 0x20));
        await delay(300);
      }
    },
  },
];

const half = (body: Buffer) => body.subarray(0, Math.floor(body.length / 2));

/** Something before the server answers for it, in words of its own. */
export const foreign: readonly HttpFault[] = [
  page(400, 'Client sent an HTTP request to an HTTPS server.\n', { 'content-type': 'text/plain' }),
  page(401, '<h1>401 Authorization Required</h1>'),
  page(403, '<h1>403 Forbidden</h1>'),
  page(404, 'default backend - 404', { 'content-type': 'text/plain' }),
  page(407, '<h1>Proxy Authentication Required</h1>'),
  page(409, '<h1>409 Conflict</h1>'),
  page(410, '<h1>410 Gone</h1>'),
  page(422, '<h1>422</h1>'),
  page(429, '<h1>429 Too Many Requests</h1>', { 'retry-after': '3600' }),
  page(429, '{"message":"slow down"}', { 'content-type': 'application/json', 'retry-after': '1' }),
  page(500, 'Internal Server Error\n', { 'content-type': 'text/plain' }),
  page(500, '{', { 'content-type': 'application/json' }),
  page(502, '<h1>502 Bad Gateway</h1>'),
  page(503, '<h1>503 Service Unavailable</h1>', { 'retry-after': '3600' }),
  page(503, ''),
  page(504, '<h1>504 Gateway Time-out</h1>'),
  page(200, '<p>log in to this network</p>'),
  page(200, '', { 'content-type': 'application/json' }),
];

function page(status: number, text: string, headers: Record<string, string> = {}): HttpFault {
  const body = Buffer.from(text);
  const what = text === '' ? 'no body' : (headers['content-type'] ?? 'text/html');
  return {
    name: `${status} from a gateway, ${what}`,
    isDone: false,
    befall({ head, write, end }) {
      head({ status, headers: { 'content-type': 'text/html', ...headers } }, body.length);
      write(body);
      end();
    },
  };
}
