import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answering } from './files.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

/** GitHub's own bound of a payload. */
const MOST_BYTES = 25 * 1024 * 1024;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const sign = (body: string, secret = world.webhookSecret) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** What GitHub sends, but for the headers that are given; undefined leaves one out. */
async function deliver(body: string, given: Record<string, string | undefined> = {}) {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/abc',
    'x-github-event': 'push',
    'x-github-delivery': randomUUID(),
    'x-github-hook-id': '7',
    'x-hub-signature-256': sign(body),
    ...given,
  };
  const set = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  const answer = await fetch(`http://127.0.0.1:${world.port}/webhooks`, {
    method: 'POST',
    headers: set as Record<string, string>,
    body,
  });
  return { status: answer.status, text: (await answer.text()).trim() };
}

const aCommit = () => createHmac('sha1', randomUUID()).digest('hex');
const aPush = (change: object = {}) =>
  JSON.stringify({
    ref: 'refs/heads/main',
    before: '0'.repeat(40),
    after: aCommit(),
    deleted: false,
    forced: false,
    repository: { full_name: 'acme/unknown' },
    head_commit: { id: aCommit(), message: 'A change', author: { name: 'Ada' } },
    ...change,
  });
const commitOf = (push: string): string => JSON.parse(push).after;
const why = (commit: string) => world.api('GET', `/api/why/${commit}`);

describe.concurrent('a webhook', SCENES, () => {
  test('that is signed is stored, answered 202, and judged', async () => {
    const push = aPush();
    expect(await deliver(push)).toEqual({ status: 202, text: 'accepted' });
    const { body } = await until(
      'it is judged',
      () => why(commitOf(push)),
      ({ body }) => body.deliveries?.[0]?.judgement !== 'not judged yet',
    );
    expect(body.deliveries).toMatchObject([
      {
        event: 'push',
        repository: 'acme/unknown',
        judgement: 'skipped: no App is on branch main of acme/unknown',
      },
    ]);
  });

  test.each([
    ['without a signature', () => undefined],
    ['with the signature of another secret', (body: string) => sign(body, 'not the secret of the webhook')],
    ['with the signature of another body', () => sign('another body')],
    ['with an empty signature', () => 'sha256='],
    ['with the digest that is no longer safe', (body: string) => sign(body).replace('sha256', 'sha1')],
  ])('%s is refused, and nothing of it is stored', async (_, signature) => {
    const push = aPush();
    expect(await deliver(push, { 'x-hub-signature-256': signature(push) })).toMatchObject({ status: 401 });
    expect(await why(commitOf(push))).toMatchObject({ status: 404 });
  });

  test('that was changed on its way is refused', async () => {
    const push = aPush();
    const changed = push.replace('refs/heads/main', 'refs/heads/evil');
    expect(await deliver(changed, { 'x-hub-signature-256': sign(push) })).toMatchObject({ status: 401 });
    expect(await why(commitOf(push))).toMatchObject({ status: 404 });
  });

  test.each([
    ['is not JSON', '{"ref": '],
    ['is no object', '[]'],
  ])('whose body %s is refused as malformed', async (_, body) => {
    expect(await deliver(body)).toMatchObject({ status: 400 });
  });

  test('whose push is not as GitHub writes it is accepted, and comes to no Change', async () => {
    const push = aPush({ ref: 7 });
    expect(await deliver(push)).toMatchObject({ status: 202 });
    const { body } = await why(commitOf(push));
    expect(body).toMatchObject({ changes: [], deliveries: [{ event: 'push' }] });
  });

  test('of a kind that nothing waits for is skipped', async () => {
    expect(await deliver('{"zen":"Keep it simple."}', { 'x-github-event': 'ping' })).toEqual({
      status: 202,
      text: 'skipped: nothing waits for ping events',
    });
    expect(await deliver(aPush(), { 'x-github-event': 'never_heard_of' })).toEqual({
      status: 202,
      text: 'skipped: nothing waits for never_heard_of events',
    });
  });

  test.each([
    [{ 'x-github-event': '../../etc' }, 400],
    [{ 'x-github-event': undefined }, 400],
    [{ 'x-github-delivery': undefined }, 400],
    [{ 'x-github-delivery': 'a b c' }, 400],
    [{ 'x-github-hook-id': '../7' }, 400],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ])('with %j is refused', async (headers, status) => {
    const push = aPush();
    expect(await deliver(push, headers)).toMatchObject({ status });
    expect(await why(commitOf(push))).toMatchObject({ status: 404 });
  });

  test('that comes twice is one', async () => {
    const push = aPush();
    const headers = { 'x-github-delivery': randomUUID() };
    expect(await deliver(push, headers)).toMatchObject({ status: 202 });
    await until(
      'it is judged',
      () => why(commitOf(push)),
      ({ body }) => body.deliveries?.[0]?.judgement.startsWith('skipped'),
    );
    expect(await deliver(push, headers)).toEqual({ status: 202, text: 'This delivery was judged before.' });
    expect((await why(commitOf(push))).body.deliveries).toHaveLength(1);
  });

  test('that comes many times at once is one, and so is its Change', async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    const before = await repository.git('rev-parse', 'HEAD');
    const [hook] = (await world.github('GET', `/${repository.name}/hooks`)).body;
    await world.github('PATCH', `/${repository.name}/hooks/${hook.id}`, { active: false });
    const commit = await repository.push(answering('v2'));
    const push = aPush({ before, after: commit, repository: { full_name: repository.name } });
    const guid = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => deliver(push, { 'x-github-delivery': guid })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    await app.untilLive('v2');
    await app.untilSettled();
    expect(await app.changes(commit)).toHaveLength(1);
    expect((await app.releases()).map(({ number }) => number)).toEqual([2, 1]);
  });

  test('larger than GitHub sends is refused before it is read', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const sending = request(
        {
          host: '127.0.0.1',
          port: world.port,
          path: '/webhooks',
          method: 'POST',
          headers: { 'content-length': MOST_BYTES + 1, 'content-type': 'application/json' },
        },
        (answer) => {
          resolve(answer.statusCode ?? 0);
          sending.destroy();
        },
      );
      sending.on('error', reject);
      sending.write('{');
    });
    expect(status).toBe(413);
  });

  test('larger than GitHub sends, in chunks without a length, is refused too', async () => {
    const status = await new Promise<number>((resolve) => {
      const sending = request(
        {
          host: '127.0.0.1',
          port: world.port,
          path: '/webhooks',
          method: 'POST',
          headers: { 'x-hub-signature-256': 'sha256=' },
        },
        (answer) => {
          resolve(answer.statusCode ?? 0);
          sending.destroy();
        },
      );
      sending.on('error', () => resolve(0));
      const part = Buffer.alloc(1024 * 1024, ' ');
      let sent = 0;
      const more = () => {
        while (sent <= MOST_BYTES && !sending.destroyed) {
          sent += part.length;
          if (!sending.write(part)) return void sending.once('drain', more);
        }
      };
      more();
    });
    expect(status).toBe(413);
    expect(await world.api('GET', '/api/status')).toMatchObject({ status: 200 });
  });
});

test(
  'afterwards nothing is stuck: no delivery is without its judgement, no event is a dead letter',
  SCENES,
  async () => {
    const { body } = await until(
      'all deliveries are judged',
      () => world.api('GET', '/api/status'),
      ({ body }) => body.unjudgedDeliveries === 0,
    );
    expect(body.deadLetters).toEqual([]);
    const { out } = await world.cite('status');
    expect(out).toMatch(/deliveries to judge +0\n/);
    expect(out).toMatch(/dead letters +0\n/);
  },
);
