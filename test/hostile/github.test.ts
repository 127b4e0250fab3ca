import { createServer, type ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { github } from '../../shared/adapters/github/github.ts';
import { ociRegistry } from '../../shared/adapters/oci-registry/registry.ts';
import { DeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import type { CodeHost } from '../../shared/ports/code-host.ts';
import { readConfig } from '../../shared/runtime/config.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { close, listen } from '../support/event-sink.ts';
import { values } from './corpus/json.ts';
import { ACTS, texts } from './corpus/texts.ts';

const TOKEN = 'planted-token-of-the-code-host';
const SHA = 'a'.repeat(40);

let answer: (res: ServerResponse, path: string) => void;
const server = createServer((req, res) => {
  req.resume();
  answer(res, req.url ?? '');
});
let url: string;
let codeHost: CodeHost;
beforeAll(async () => {
  url = await listen(server);
  codeHost = github({ apiUrl: url, token: TOKEN, cloneUrl: url });
});
afterAll(() => close(server));

const report = {
  repository: 'a/b',
  commit: SHA,
  task: 't',
  environment: 'e',
  state: 'success',
  description: '',
} as const;
const hook = { url: 'http://127.0.0.1:1/', secret: 'planted-secret-of-the-hook', events: ['push'] };
const status = { context: 'cite', state: 'success', description: '' } as const;
const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  branchHead: () => codeHost.branchHead('a/b', 'main'),
  defaultBranch: () => codeHost.defaultBranch('a/b'),
  compare: () => codeHost.compare('a/b', SHA, 'main'),
  pathExists: () => codeHost.pathExists('a/b', SHA, 'x'),
  statuses: () => codeHost.statuses('a/b', SHA),
  setStatus: () => codeHost.setStatus('a/b', SHA, status),
  reportDeployment: () => codeHost.reportDeployment(report),
  ensureWebhook: () => codeHost.ensureWebhook('a/b', hook),
  removeWebhook: () => codeHost.removeWebhook('a/b', hook.url),
  ensureCollaborator: () => codeHost.ensureCollaborator('a/b', 'bot'),
};

const json =
  (body: unknown, code = 200, headers: Record<string, string> = {}) =>
  (res: ServerResponse) =>
    void res.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** A result, or one of the port's errors: never a fault of ours. What it says is for people, and holds no secret. */
async function expectSound(what: string): Promise<void> {
  for (const [name, call] of Object.entries(calls)) {
    const outcome = await call().catch((error: unknown) => error);
    if (!(outcome instanceof Error)) continue;
    const isPorts = [RetryableError, DeniedError, InvalidError].some((type) => outcome instanceof type);
    expect(isPorts, `${name}, ${what}: ${inspect(outcome)}`).toBe(true);
    expect(outcome.message, what).not.toMatch(ACTS);
    expect(outcome.message.length, what).toBeLessThan(1000);
    const lines: string[] = [];
    logger('test', 'debug', { write: (line: string) => void lines.push(line) }).error({ err: outcome }, 'x');
    expect(lines.join('') + inspect(outcome, { depth: 9 }), `${name}, ${what}`).not.toContain('planted');
  }
}

describe('GitHub, or whoever is at its address,', () => {
  test('may answer with any JSON', async () => {
    for (const value of [
      ...values.slice(0, 11),
      { total_count: 1 },
      { total_commits: 9 },
      [null],
      [{}],
      [{ config: null }],
    ]) {
      answer = json(value);
      await expectSound(JSON.stringify(value));
    }
  }, 60_000);

  test.each(Object.entries(texts))('may refuse with %s', async (_, message) => {
    for (const code of [403, 422]) {
      answer = json({ message, errors: [message, { message }] }, code);
      await expectSound(`${code} ${JSON.stringify(message.slice(0, 40))}`);
    }
  });

  test.each([401, 403, 404, 409, 410, 422, 429, 500])(
    'may refuse a write with %i: what was sent is in no log',
    async (code) => {
      answer = (res, path) => (path.endsWith('per_page=100') ? json([]) : json({ message: 'no' }, code))(res);
      await expectSound(`${code} to a write`);
      answer = (res, path) =>
        (path.endsWith('per_page=100') ? json([]) : json({ message: 'Hook already exists' }, code))(res);
      await expectSound(`${code} to a write`);
    },
  );

  test('may answer with a branch of odd types, which is then none', async () => {
    const good = { name: 'main', commit: { sha: SHA, commit: { message: 'm', author: { name: 'Ann' } } } };
    answer = json(good);
    expect(await codeHost.branchHead('a/b', 'main')).toEqual({ sha: SHA, message: 'm', author: 'Ann' });
    for (const commit of [
      null,
      { ...good.commit, sha: '../..' },
      { ...good.commit, commit: { message: 7 } },
    ]) {
      answer = json({ ...good, commit });
      await expect(codeHost.branchHead('a/b', 'main')).rejects.toBeInstanceOf(RetryableError);
    }
  });

  test('may have pages without end', async () => {
    let pages = 0;
    answer = (res) => json([], 200, { link: `<${url}/x?page=${++pages}>; rel="next"` })(res);
    await expect(codeHost.statuses('a/b', SHA)).rejects.toBeInstanceOf(RetryableError);
    expect(pages).toBeLessThanOrEqual(50);
  });

  test('may send a body without end, of which no more is read than an answer has', async () => {
    let sent = 0;
    answer = (res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      const piece = `[${'0,'.repeat(500_000)}`;
      const more = () => {
        while (!res.destroyed && sent < 500e6 && res.write(piece)) sent += piece.length;
        if (!res.destroyed) sent += piece.length;
      };
      res.on('drain', more);
      more();
    };
    await expect(codeHost.defaultBranch('a/b')).rejects.toBeInstanceOf(RetryableError);
    expect(sent).toBeLessThan(100e6);
  });
});

describe('a registry', () => {
  const reference = () => `${new URL(url).host}/team/app:x`;

  test.each([
    `sha256:${'a'.repeat(63)}`,
    'latest',
    `sha256:${'a'.repeat(64)}@x`,
    `sha256:${'A'.repeat(64)}`,
    '../../x',
    'sha256:a b',
  ])('may name the digest %s, which is none', async (digest) => {
    answer = (res) => void res.writeHead(200, { 'docker-content-digest': digest }).end();
    await expect(ociRegistry({ scheme: 'http' }).resolve(reference())).rejects.toBeInstanceOf(RetryableError);
  });

  test.each([
    [301, { location: 'http://169.254.169.254/' }],
    [401, { 'www-authenticate': 'Bearer realm="http://evil.example"' }],
    [500, {}],
  ])('may answer %i and is followed nowhere', async (code, headers) => {
    answer = (res) => void res.writeHead(code, headers as Record<string, string>).end();
    await expect(ociRegistry({ scheme: 'http' }).resolve(reference())).rejects.toBeInstanceOf(RetryableError);
  });
});

test('an address with a password in it is refused, and not repeated', () => {
  const read = () =>
    readConfig({ GITHUB_API_URL: 'https://ann:planted@ghe.example/api/v3' }, ['GITHUB_API_URL']);
  expect(read).toThrow('GITHUB_API_URL is not valid: must hold no user or password');
  expect(read).not.toThrow('planted');
});
