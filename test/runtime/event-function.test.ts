import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConflictError, HostDeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import { eventFunction } from '../../shared/runtime/event-function.ts';
import { host, MAX_BODY_BYTES } from '../../shared/runtime/host.ts';
import { logger } from '../../shared/runtime/logger.ts';

const OUTCOMES: Record<string, () => void> = {
  'test.done': () => {},
  'test.conflict': () => {
    throw new ConflictError('somebody else wrote first');
  },
  'test.retry': () => {
    throw new RetryableError('later');
  },
  'test.denied': () => {
    throw new HostDeniedError('Give the token the right.');
  },
  'test.invalid': () => {
    throw new InvalidError('data', 'is wrong', 'Mend it.');
  },
  'test.endless': () => {
    throw new RetryableError('x'.repeat(5000));
  },
  'test.bug': () => {
    throw new TypeError('undefined is not a function');
  },
};
const lines: string[] = [];
const received: unknown[] = [];
let server: Server;
let url: string;

beforeAll(async () => {
  const log = logger('test', 'info', { write: (line: string) => void lines.push(line) });
  const fn = eventFunction<{ log: typeof log }>(() => async (event) => {
    received.push(event.data);
    OUTCOMES[event.type]?.();
  })({ log });
  server = host('testEvents', fn);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());

const send = (type: string, init: RequestInit = {}) =>
  fetch(url, {
    method: 'POST',
    headers: {
      'ce-id': '1',
      'ce-source': '/test',
      'ce-specversion': '1.0',
      'ce-type': type,
      'content-type': 'application/json',
    },
    body: '{"change":"1"}',
    ...init,
  });

describe('an event function answers the broker', () => {
  it.each([
    ['test.conflict', 503, 'somebody else wrote first'],
    ['test.retry', 503, 'later'],
    ['test.denied', 403, 'Give the token the right.'],
    ['test.invalid', 422, 'data: is wrong. Mend it.'],
    ['test.bug', 500, 'it failed unexpectedly, its log says why'],
  ])('%s with %i and, for the people who wait, %j', async (type, status, why) => {
    const res = await send(type);
    expect([res.status, await res.text()]).toEqual([status, why]);
    expect(res.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  it('that it is done with no body, which would be taken for a reply', async () => {
    const res = await send('test.done');
    expect([res.status, await res.text()]).toEqual([204, '']);
  });

  it('in no more words than the broker keeps', async () => {
    expect(await (await send('test.endless')).text()).toBe(`${'x'.repeat(999)}…`);
  });

  it('after it looked again at once, where somebody else wrote first', async () => {
    received.length = 0;
    await send('test.conflict');
    expect(received).toHaveLength(3);
  });

  it('in structured mode alike', async () => {
    const event = {
      specversion: '1.0',
      id: '1',
      source: '/test',
      type: 'test.done',
      datacontenttype: 'application/json',
      data: { a: '한' },
    };
    const res = await send('', {
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(event),
    });
    expect(res.status).toBe(204);
    expect(received.at(-1)).toEqual({ a: '한' });
  });

  it.each<[string, RequestInit]>([
    ['no attributes', { headers: { 'content-type': 'application/json' } }],
    ['a body that is not JSON', { body: '{' }],
    ['a batch', { headers: { 'content-type': 'application/cloudevents-batch+json' }, body: '[]' }],
  ])('400 to %s: no retry would mend it', async (_title, init) => {
    expect((await send('test.done', init)).status).toBe(400);
  });

  it('with the cause in its log', async () => {
    lines.length = 0;
    await send('test.bug');
    expect(lines.join('')).toContain('undefined is not a function');
  });
});

describe('the host of a function', () => {
  it('refuses a body over the limit before it reads it', async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${MAX_BODY_BYTES + 1}\r\n\r\n`);
    const [answer] = await new Promise<[Buffer]>((resolve) =>
      socket.once('data', (data: Buffer) => resolve([data])),
    );
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413 /);
    socket.destroy();
  });

  it('refuses a chunked body as soon as it is over the limit', async () => {
    const chunk = Buffer.alloc(1024 * 1024);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += chunk.length;
        if (sent > 40 * MAX_BODY_BYTES) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const answer = await send('test.done', { body, duplex: 'half' } as RequestInit).then(
      (res) => res.status,
      () => 'closed',
    );
    expect([413, 'closed']).toContain(answer);
    expect(sent).toBeLessThan(20 * MAX_BODY_BYTES);
  });

  it('refuses a path that cannot be decoded, and tells nothing of itself', async () => {
    const res = await fetch(`${url}%ff`, { method: 'POST' });
    expect(res.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect([res.status, await res.text()]).toEqual([
      400,
      'The path must begin with / and be UTF-8, percent-encoded.\n',
    ]);
  });

  it.each(['*', 'ftp://x/'])('refuses %s, which is no path, in one line of text', async (target) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`GET ${target} HTTP/1.1\r\nhost: x\r\n\r\n`);
    const parts: Buffer[] = [];
    for await (const part of socket) parts.push(part as Buffer);
    const [head, body] = Buffer.concat(parts).toString().split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\ncontent-type: text\/plain/);
    expect(body).toContain('The path must begin with /');
  });

  it('refuses a compressed body: it would be a way round the limit', async () => {
    const headers = { 'content-encoding': 'gzip', 'content-type': 'application/json' };
    const res = await send('test.done', { headers });
    expect([res.status, await res.text()]).toEqual([
      415,
      'The body is compressed. Send it without content-encoding.\n',
    ]);
  });
});
