import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConsoleWorld, givenApp, openConsole } from './world.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
  world.repository('acme/shop');
});
afterAll(() => world.close());

const json = { 'content-type': 'application/json' };
const send = (method: string, path: string, body: string, headers: Record<string, string> = json) =>
  world.send(method, path, body, headers);

describe('a Secret that an App names', () => {
  test('must be there, or the remedy says how it is made', async () => {
    const app = await givenApp(world);
    const at = `/api/apps/${app.namespace}/shop`;
    const refused = await world.ask('PATCH', at, { secret: 'nope' });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field: 'secret' }] } });
    expect(refused.body.errors[0].remedy).toContain(`cite secrets set ${app.namespace}/nope KEY=VALUE`);
    expect((await world.cluster.getApp(app))?.spec.secret).toBeUndefined();
    const put = `/api/namespaces/${app.namespace}/secrets/nope`;
    await world.ask('PUT', put, { content: { KEY: 'x' } });
    expect((await world.ask('PATCH', at, { secret: 'nope' })).status).toBe(200);
    expect((await world.cluster.getApp(app))?.spec.secret).toBe('nope');
  });

  test('is not the one that all pods pull images with, though that is there', async () => {
    const app = await givenApp(world);
    await world.cluster.writeSecret(app.namespace, 'cite-pull', { '.dockerconfigjson': '{}' });
    const refused = await world.ask('PATCH', `/api/apps/${app.namespace}/shop`, { secret: 'cite-pull' });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field: 'secret' }] } });
    expect((await world.cluster.getApp(app))?.spec.secret).toBeUndefined();
  });

  test('is asked for only when it changes: one that went later blocks no other setting', async () => {
    const app = await givenApp(world, { spec: { secret: 'gone' } });
    const patched = await world.ask('PATCH', `/api/apps/${app.namespace}/shop`, { replicas: 2 });
    expect(patched.status).toBe(200);
  });

  test('of a namespace that is not there yet is refused, and makes none', async () => {
    const { status, body } = await world.ask('POST', '/api/apps', {
      repository: 'acme/shop',
      namespace: 'fresh',
      secret: 'shop',
    });
    expect({ status, field: body.errors[0].field }).toEqual({ status: 422, field: 'secret' });
    expect(body.detail).toContain('register without a secret');
    expect(await world.cluster.namespaceOwners('fresh')).toBeUndefined();
  });
});

describe('a body', () => {
  test.each(['{"__proto__": {"port": 1}}', '{"env": {"__proto__": "x"}}', '{"__pr\\u006fto__": 1}'])(
    'with the name of a prototype is refused by it: %s',
    async (body) => {
      const app = await givenApp(world);
      for (const [method, path] of [
        ['POST', '/api/apps'],
        ['PATCH', `/api/apps/${app.namespace}/shop`],
      ] as const) {
        const answer = await send(method, path, body);
        expect(answer.status, answer.text).toBe(422);
        expect(answer.body.errors).toEqual([
          { field: '__proto__', problem: expect.any(String), remedy: 'Leave it out.' },
        ]);
      }
      expect((await world.cluster.getApp(app))?.resourceVersion).toBe(app.resourceVersion);
    },
  );

  test.each(['constructor', 'toString', 'hasOwnProperty'])(
    'with the setting %s is told that it is none',
    async (key) => {
      const app = await givenApp(world);
      const { status, body } = await world.ask('PATCH', `/api/apps/${app.namespace}/shop`, { [key]: 1 });
      expect(status).toBe(422);
      expect(body.errors).toEqual([
        {
          field: key,
          problem: 'is not a setting here',
          remedy: 'Check its spelling, or leave it out.',
        },
      ]);
    },
  );

  test.each([
    ['{"repository": "acme/shop",}', /position 27 \(line 1 column 28\)/],
    ['{"repository": "acme/shop"', /position 26/],
    ['a=b', /Unexpected token 'a'\./],
    ['', /empty/],
  ])('%j that is no JSON is told where', async (body, where) => {
    const answer = await send('POST', '/api/apps', body);
    expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({
      status: 400,
      type: 'application/problem+json',
    });
    expect(answer.body.detail).toMatch(where);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded'])(
    'of the type %s is told which one to send',
    async (type) => {
      const answer = await send('POST', '/api/apps', '{}', { 'content-type': type });
      expect(answer.status).toBe(415);
      expect(answer.body.detail).toContain('content-type: application/json');
    },
  );

  test('whose wish is no setting is told what to do instead, in a patch as in a new App', async () => {
    const app = await givenApp(world);
    const patched = await world.ask('PATCH', `/api/apps/${app.namespace}/shop`, { hold: null, redeploy: 1 });
    const created = await world.ask('POST', '/api/apps', { repository: 'acme/shop', hold: {}, redeploy: 1 });
    expect(patched.body.errors).toEqual(created.body.errors);
    expect(patched.body.errors.map(({ field }: { field: string }) => field)).toEqual(['hold', 'redeploy']);
  });

  test.each<[object, string]>([
    [{ port: 0 }, 'port must be at least 1.'],
    [{ port: 70_000 }, 'port must be at most 65535.'],
    [{ port: 1.5 }, 'port must be a whole number.'],
    [{ port: '80' }, 'port must be a number.'],
    [{ env: ['A=1'] }, 'env must be an object.'],
  ])('%j is told its bounds in words', async (patch, words) => {
    const app = await givenApp(world);
    const { body } = await world.ask('PATCH', `/api/apps/${app.namespace}/shop`, patch);
    expect(body.detail).toContain(words);
  });
});

describe('a query', () => {
  test.each([
    ['?tail=5&tail=6', 'tail is given 2 times. Give it once.'],
    ['?tail=0', 'tail must be a whole number from 1 to 100000.'],
    ['?tail=x', 'tail must be a whole number from 1 to 100000.'],
    ['?tail=1.5', 'tail must be a whole number from 1 to 100000.'],
  ])('%s is told what it may be', async (query, words) => {
    const app = await givenApp(world);
    const { status, body } = await world.ask('GET', `/api/apps/${app.namespace}/shop/logs${query}`);
    expect({ status, field: body.errors[0].field }).toEqual({ status: 422, field: 'tail' });
    expect(body.detail).toContain(words);
  });
});

describe('a path', () => {
  test.each([
    ['PUT', '/api/apps', 'GET, POST'],
    ['POST', '/api/apps/acme/shop', 'DELETE, GET, PATCH'],
    ['GET', '/api/apps/acme/shop/hold', 'POST'],
    ['DELETE', '/openapi.json', 'GET'],
  ])('that is there, asked with %s %s, says how to ask', async (method, path, allow) => {
    const { status, headers, body } = await world.ask(method, path);
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow });
    expect(body.detail).toContain(allow);
  });

  test('that cannot be decoded, or is none, is refused in one line of text', async () => {
    for (const path of ['/api/apps/%zz/x', '*']) {
      const { status, headers, text } = await world.ask('GET', path);
      expect({ status, type: headers['content-type'] }).toEqual({
        status: 400,
        type: 'text/plain; charset=utf-8',
      });
      expect(text).toMatch(/^The path .*\n$/);
    }
  });
});

test('what a client sent is repeated only in part', async () => {
  const long = 'x'.repeat(4000);
  for (const answer of [
    await world.ask('GET', `/api/${long}`),
    await world.ask('GET', `/api/changes/${long.slice(0, 500)}`),
    await world.ask('POST', '/api/apps', { repository: 'acme/shop', namespace: long }),
    await world.ask('POST', '/api/apps', { repository: 'acme/shop', [long]: 1 }),
    await world.ask('POST', '/api/apps', { repository: 'acme/shop', env: { [`${long}-`]: '1' } }),
    await world.ask('GET', `/api/status?${long}=1&${long}=2`),
  ]) {
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain('x'.repeat(81));
    expect(answer.text.length).toBeLessThan(1000);
  }
});
