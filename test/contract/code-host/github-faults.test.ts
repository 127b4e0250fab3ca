import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { github } from '../../../shared/adapters/github/github.ts';
import {
  ConflictError,
  HostDeniedError,
  InvalidError,
  RetryableError,
} from '../../../shared/domain/errors.ts';
import type { CodeHost } from '../../../shared/ports/code-host.ts';
import { listen } from '../../git-host/world.ts';

type Answer = (req: IncomingMessage, res: ServerResponse) => void;

const SHA = 'a'.repeat(40);
const status = { context: 'cite', state: 'success', description: '' } as const;
const report = {
  repository: 'acme/shop',
  commit: SHA,
  task: 'acme/shop/r1',
  environment: 'acme/shop',
  state: 'success',
  description: '',
} as const;
const hook = { url: 'http://127.0.0.1:1/', secret: 's', events: ['push'] };

const json =
  (code: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, res) =>
    res.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

describe('the GitHub adapter, when the wire or GitHub fails', () => {
  let answers: Answer[];
  let requests: string[];
  let codeHost: CodeHost;
  let close: () => Promise<void>;

  beforeEach(async () => {
    requests = [];
    const server = createServer((req, res) => {
      requests.push(`${req.method} ${req.url}`);
      req.resume();
      // The last answer goes on for ever.
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(req, res);
    });
    const apiUrl = await listen(server);
    codeHost = github({ apiUrl: `${apiUrl}/`, token: 'secret-token', cloneUrl: 'https://github.com/' });
    close = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
  });
  afterEach(() => close());

  const calls: readonly [string, (host: CodeHost) => Promise<unknown>][] = [
    ['branchHead', (host) => host.branchHead('acme/shop', 'main')],
    ['defaultBranch', (host) => host.defaultBranch('acme/shop')],
    ['branches', (host) => host.branches('acme/shop', 10)],
    ['compare', (host) => host.compare('acme/shop', SHA, 'main')],
    ['pathExists', (host) => host.pathExists('acme/shop', SHA, 'app')],
    ['statuses', (host) => host.statuses('acme/shop', SHA)],
    ['setStatus', (host) => host.setStatus('acme/shop', SHA, status)],
    ['reportDeployment', (host) => host.reportDeployment(report)],
    ['ensureWebhook', (host) => host.ensureWebhook('acme/shop', hook)],
    ['removeWebhook', (host) => host.removeWebhook('acme/shop', hook.url)],
    ['rateLimit', (host) => host.rateLimit()],
    ['ensureCollaborator', (host) => host.ensureCollaborator('acme/shop', 'bot')],
    ['removeCollaborator', (host) => host.removeCollaborator('acme/shop', 'bot')],
  ];

  const failure = (call: (host: CodeHost) => Promise<unknown>): Promise<unknown> =>
    call(codeHost).then(
      (value) => expect.unreachable(`it gave ${JSON.stringify(value)}`),
      (error: unknown) => error,
    );

  const retryable: readonly [string, Answer][] = [
    ['500', json(500, { message: 'boom' })],
    [
      '502 in HTML',
      (_, res) => res.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>'),
    ],
    ['503', json(503, { message: 'down' }, { 'retry-after': '3600' })],
    ['429 with Retry-After', json(429, { message: 'slow down' }, { 'retry-after': '3600' })],
    [
      '403 at the rate limit',
      json(403, { message: 'API rate limit exceeded' }, { 'x-ratelimit-remaining': '0' }),
    ],
    ['403 at the secondary limit', json(403, { message: 'You have exceeded a secondary rate limit' })],
    ['403 with Retry-After', json(403, { message: 'wait' }, { 'retry-after': '60' })],
    ['a connection that is reset', (req) => req.socket.resetAndDestroy()],
    [
      'an answer that breaks off',
      (_, res) => {
        res.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        res.write('{"name":');
        setTimeout(() => res.destroy(), 20);
      },
    ],
    [
      'a page of somebody else’s',
      (_, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<p>log in</p>'),
    ],
  ];

  test.each(retryable)('%s is to be tried again, whatever was asked', async (_, answer) => {
    answers = [answer];
    const errors = await Promise.all(calls.map(async ([name, call]) => [name, await failure(call)] as const));
    for (const [name, error] of errors) expect(error, name).toBeInstanceOf(RetryableError);
  });

  test.concurrent.each([
    ['never answered', (() => {}) as Answer],
    [
      'never answered to its end',
      ((_, res) => res.writeHead(200, { 'content-type': 'application/json' }).write('{')) as Answer,
    ],
  ])(
    'a call that is %s is given up well before the broker gives up',
    { timeout: 20_000 },
    async (_, answer) => {
      const server = createServer((req, res) => answer(req, res));
      const hanging = github({ apiUrl: await listen(server), token: 't', cloneUrl: 'https://github.com' });
      const ends = await Promise.all(calls.map(([, call]) => call(hanging).catch((error: unknown) => error)));
      for (const end of ends) expect(end).toBeInstanceOf(RetryableError);
      server.closeAllConnections();
      server.close();
    },
  );

  test('401 waits for another token, and the one that ran out is not told', async () => {
    answers = [json(401, { message: 'Bad credentials' })];
    for (const [name, call] of calls) {
      const error = await failure(call);
      expect(error, name).toBeInstanceOf(HostDeniedError);
      expect((error as Error).message, name).toMatch(/the token\. Give one that is neither expired/);
      expect((error as HostDeniedError).right, name).toBeUndefined();
      expect(JSON.stringify(error) + String(error) + String((error as Error).cause)).not.toContain(
        'secret-token',
      );
    }
  });

  test.each([
    ['setStatus', 'Commit statuses: write'],
    ['reportDeployment', 'Deployments: write'],
    ['ensureWebhook', 'Webhooks: write'],
    ['ensureCollaborator', 'Administration: write'],
    ['branchHead', 'Contents: read'],
  ])('403 waits for the permission that %s needs, and names it', async (name, permission) => {
    answers = [json(403, { message: 'Resource not accessible by personal access token\r\nforged: line' })];
    const error = await failure(new Map(calls).get(name) ?? expect.unreachable());
    expect(error).toMatchObject({ name: 'HostDeniedError', right: permission });
    expect((error as Error).message).toMatch(new RegExp(`Give the token the permission ${permission}\\.$`));
    expect((error as Error).message).not.toMatch(/[\r\n]/);
  });

  test('the limit is that of the requests that are made here, with the time in seconds', async () => {
    const core = { limit: 5000, remaining: 4711, reset: 1_772_366_400, used: 289 };
    answers = [json(200, { resources: { core, search: { ...core, limit: 30 } }, rate: core })];
    const resetAt = new Date('2026-03-01T12:00:00.000Z');
    expect(await codeHost.rateLimit()).toEqual({ limit: 5000, remaining: 4711, resetAt });
    expect(requests).toEqual(['GET /rate_limit']);
    answers = [json(200, { resources: { core: { ...core, reset: 'soon' } } })];
    await expect(codeHost.rateLimit()).rejects.toThrow(RetryableError);
  });

  test('404 is the repository’s fault, except where there may be nothing', async () => {
    answers = [json(404, { message: 'Not Found' })];
    expect(await codeHost.branchHead('acme/shop', 'main')).toBeUndefined();
    expect(await codeHost.defaultBranch('acme/shop')).toBeUndefined();
    expect(await codeHost.branches('acme/shop', 10)).toEqual([]);
    expect(await codeHost.compare('acme/shop', SHA, 'main')).toBe('unknown');
    expect(await codeHost.pathExists('acme/shop', SHA, 'app')).toBe(false);
    await codeHost.removeWebhook('acme/shop', hook.url);
    await codeHost.removeCollaborator('acme/shop', 'bot');
    for (const name of ['statuses', 'setStatus', 'reportDeployment', 'ensureWebhook', 'ensureCollaborator']) {
      const error = await failure(new Map(calls).get(name) ?? expect.unreachable());
      expect(error, name).toBeInstanceOf(InvalidError);
      expect(error, name).toMatchObject({ field: 'repository' });
    }
  });

  test('422 can never succeed as it was asked', async () => {
    answers = [json(422, { message: 'No commit found for SHA' })];
    expect(await failure((host) => host.setStatus('acme/shop', SHA, status))).toBeInstanceOf(InvalidError);
  });

  test('a read is asked once more by itself, so that one lost connection goes unnoticed', async () => {
    answers = [(req) => req.socket.resetAndDestroy(), json(200, { default_branch: 'main' })];
    expect(await codeHost.defaultBranch('acme/shop')).toBe('main');
    expect(requests.length).toBe(2);
  });

  test('a write is asked once: what was lost may have happened', async () => {
    answers = [json(200, []), json(502, {})];
    await failure((host) => host.reportDeployment(report));
    expect(requests.filter((request) => request.startsWith('POST')).length).toBe(1);
  });

  test('a rate limit is not asked again at once', async () => {
    answers = [json(429, { message: 'slow down' }, { 'retry-after': '1' })];
    await failure((host) => host.defaultBranch('acme/shop'));
    expect(requests.length).toBe(1);
  });

  test.each<[string, readonly [Answer, Answer]]>([
    [
      'a rate limit',
      [
        json(403, { message: 'API rate limit exceeded. Request ID A1' }, { 'x-ratelimit-remaining': '0' }),
        json(429, { message: 'slow down' }, { 'retry-after': '17' }),
      ],
    ],
    [
      'an outage',
      [
        json(503, { message: 'No server is available. Request ID A1' }),
        (req) => req.socket.resetAndDestroy(),
      ],
    ],
  ])('%s is told in the same words at every try, and what GitHub says is the cause', async (_, tries) => {
    const told: unknown[] = [];
    for (const answer of tries) {
      answers = [answer];
      told.push(await failure((host) => host.setStatus('acme/shop', SHA, status)));
    }
    const [first, second] = told as [Error, Error];
    expect(second.message).toBe(first.message);
    expect(String(first.cause)).toContain('Request ID A1');
  });

  test('a webhook that somebody else made meanwhile is a conflict: the next try finds it', async () => {
    const errors = [{ resource: 'Hook', code: 'custom', message: 'Hook already exists on this repository' }];
    answers = [json(200, []), json(422, { message: 'Validation Failed', errors })];
    expect(await failure((host) => host.ensureWebhook('acme/shop', hook))).toBeInstanceOf(ConflictError);
  });

  test('webhooks beyond the first of an address go', async () => {
    const known = [7, 8, 9].map((id) => ({
      id,
      active: true,
      events: [...hook.events],
      config: {
        url: id === 8 ? 'http://other/' : hook.url,
        content_type: 'json',
        secret: '********',
        insecure_ssl: '0',
      },
    }));
    answers = [json(200, known), json(200, {}), (_, res) => res.writeHead(204).end()];
    expect(await codeHost.ensureWebhook('acme/shop', hook)).toEqual(['more than one']);
    expect(requests).toEqual([
      'GET /repos/acme/shop/hooks?per_page=100',
      'PATCH /repos/acme/shop/hooks/7',
      'DELETE /repos/acme/shop/hooks/9',
    ]);
  });

  test('a delivery whose id is past what a number holds is sent again by its very id', async () => {
    const id = '9007199254740993';
    const attempt = `{"id": ${id}, "guid": "g-1", "event": "push", "status_code": 0, "redelivery": false,
      "delivered_at": "2026-03-01T12:00:00Z"}`;
    const text = (body: string) => (_: unknown, res: ServerResponse) =>
      res.writeHead(200, { 'content-type': 'application/json' }).end(body);
    const known = [{ id: 7, active: true, events: ['push'], config: { url: hook.url } }];
    answers = [json(200, known), text(`[${attempt}]`), json(202, {})];
    const [delivery] = await codeHost.listHookDeliveries('acme/shop', hook.url, new Date(0));
    expect(delivery).toMatchObject({ id: '7/g-1', attempt: id });
    await codeHost.redeliver('acme/shop', delivery ?? { id: '', attempt: '' });
    expect(requests.at(-1)).toBe(`POST /repos/acme/shop/hooks/7/deliveries/${id}/attempts`);
  });

  test('a branch that GitHub redirects to its new name is not there under the old one', async () => {
    const commit = { sha: SHA, commit: { message: 'm', author: { name: 'a' } } };
    answers = [
      (_, res) => res.writeHead(301, { location: '/repositories/1/branches/trunk' }).end(),
      json(200, { name: 'trunk', commit }),
    ];
    expect(await codeHost.branchHead('acme/shop', 'main')).toBeUndefined();
  });

  test('of two deployments of a task the older one is reported to', async () => {
    answers = [json(200, [{ id: 12 }, { id: 11 }]), json(201, {})];
    await codeHost.reportDeployment(report);
    expect(requests[0]).toBe(
      `GET /repos/acme/shop/deployments?sha=${SHA}&task=acme%2Fshop%2Fr1&per_page=100`,
    );
    expect(requests[1]).toBe('POST /repos/acme/shop/deployments/11/statuses');
  });

  test('GitHub that is not there at all is to be tried again', async () => {
    await close();
    close = async () => {};
    const errors = await Promise.all(calls.map(async ([name, call]) => [name, await failure(call)] as const));
    for (const [name, error] of errors) expect(error, name).toBeInstanceOf(RetryableError);
  });
});
