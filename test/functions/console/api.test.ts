import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConsoleWorld, givenApp, openConsole } from './world.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
});
afterAll(() => world.close());

const expectProblem = (answer: Awaited<ReturnType<ConsoleWorld['ask']>>, status: number) => {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.body).toMatchObject({ type: 'about:blank', title: expect.stringMatching(/\S/), status });
  expect(answer.body.detail).toMatch(/\S/);
};

describe('the document of the API', () => {
  test('is OpenAPI 3.1 and names every route with its answers and problems', async () => {
    const { status, body } = await world.ask('GET', '/openapi.json');
    expect({ status, openapi: body.openapi }).toEqual({ status: 200, openapi: '3.1.0' });
    expect(body.info).toMatchObject({ title: 'cite', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    const routes = Object.entries<object>(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(routes.sort()).toEqual(
      [
        'delete /api/apps/{namespace}/{name}',
        'get /api/apps',
        'get /api/apps/{namespace}/{name}',
        'get /api/apps/{namespace}/{name}/logs',
        'get /api/apps/{namespace}/{name}/pods',
        'get /api/apps/{namespace}/{name}/releases',
        'get /api/audit',
        'get /api/builds/{key}/log',
        'get /api/changes',
        'get /api/changes/{id}',
        'get /api/events',
        'get /api/me',
        'get /api/status',
        'get /api/sweep',
        'get /api/webhooks/{owner}/{name}/deliveries',
        'get /api/why/{commit}',
        'patch /api/apps/{namespace}/{name}',
        'post /api/apps',
        'post /api/apps/{namespace}/{name}/activate',
        'post /api/apps/{namespace}/{name}/hold',
        'post /api/apps/{namespace}/{name}/lift',
        'post /api/apps/{namespace}/{name}/pin',
        'post /api/apps/{namespace}/{name}/redeploy',
        'post /api/apps/{namespace}/{name}/unpin',
        'post /api/apps/{namespace}/{name}/warm',
        'post /api/changes/{id}/cancel',
        'post /api/changes/{id}/retry',
        'post /api/dead-letters/{id}/replay',
        'post /api/sweep',
        'put /api/namespaces/{namespace}/secrets/{name}',
      ].sort(),
    );
    for (const methods of Object.values<Record<string, { summary: string; responses: object }>>(body.paths)) {
      for (const { summary, responses } of Object.values(methods)) {
        expect(summary).toMatch(/\S/);
        expect(responses).toHaveProperty(['default', 'content', 'application/problem+json']);
      }
    }
  });

  test('describes an App with the schema that validates it, and every reference leads somewhere', async () => {
    const { body, text } = await world.ask('GET', '/openapi.json');
    const { NewApp, AppSpec } = body.components.schemas;
    expect(NewApp.required).toEqual(['repository']);
    expect(NewApp.properties).not.toHaveProperty('hold');
    expect(AppSpec.properties.port).toEqual({
      type: 'integer',
      minimum: 1,
      maximum: 65_535,
      default: 8080,
      description: 'Port that the app listens on; also in PORT.',
    });
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(references.length).toBeGreaterThan(10);
    for (const name of references) expect(body.components.schemas).toHaveProperty(name ?? '');
  });
});

describe('whoever asks wrongly is told what is wrong, as a problem', () => {
  test.each([
    ['GET', '/nothing'],
    ['GET', '/api/nothing'],
    ['POST', '/api/apps/acme/shop/explode'],
  ])('%s %s is not there', async (method, path) => {
    const answer = await world.ask(method, path);
    expectProblem(answer, 404);
    expect(answer.body.detail).toContain('/openapi.json');
  });

  test('an App that is not there', async () => {
    expectProblem(await world.ask('GET', '/api/apps/acme/none'), 404);
    expectProblem(await world.ask('DELETE', '/api/apps/acme/none'), 404);
    expectProblem(await world.ask('POST', '/api/apps/acme/none/hold', {}), 404);
    expectProblem(await world.ask('GET', '/api/apps/acme/none/logs'), 404);
    expectProblem(await world.ask('GET', '/api/changes?app=acme/none'), 404);
  });

  test('bodies that are no JSON, no object, of another type or too large', async () => {
    const json = { 'content-type': 'application/json' };
    expectProblem(await world.send('POST', '/api/apps', '{"repository":', json), 400);
    expectProblem(await world.send('POST', '/api/apps', '', json), 400);
    expectProblem(await world.send('POST', '/api/apps', '[]', json), 422);
    expectProblem(await world.send('POST', '/api/apps', 'null', json), 422);
    expectProblem(await world.send('POST', '/api/apps', 'a=b', { 'content-type': 'text/plain' }), 415);
    const large = JSON.stringify({ repository: 'a/b', env: { A: 'x'.repeat(1024 * 1024) } });
    expectProblem(await world.send('POST', '/api/apps', large, json), 413);
    expectProblem(
      await world.send('POST', '/api/apps', large, { ...json, 'transfer-encoding': 'chunked' }),
      413,
    );
  });

  test.each([
    '/api/apps/Acme/shop',
    '/api/apps/acme/Shop',
    '/api/apps/acme/..%2fother',
    '/api/apps/%2e%2e%2f%2e%2e/etc',
    '/api/apps/acme/shop%0aX-Evil:%201',
    '/api/apps/acme/shop%00',
    '/api/apps/acme/-shop',
    `/api/apps/acme/${'a'.repeat(64)}`,
    '/api/apps/acme/%F0%9F%90%84',
    "/api/apps/acme/shop'%20or%201=1",
    '/api/apps/__proto__/constructor',
    '/api/builds/..%2f..%2fetc%2fpasswd/log',
    '/api/apps?namespace=../x',
    '/api/changes?app=a/b/c',
    '/api/changes?commit=xyz',
    '/api/changes?limit=0',
    '/api/changes?limit=1e9',
    '/api/changes?open=maybe',
  ])('a name that cannot be: %s', async (path) => {
    const answer = await world.ask('GET', path);
    expectProblem(answer, 422);
    expect(answer.body.errors[0]).toMatchObject({
      field: expect.any(String),
      remedy: expect.stringMatching(/\S/),
    });
  });

  test('a path that is no text in UTF-8 reaches no route', async () => {
    for (const path of ['/api/apps/acme/%ff', '/api/apps/acme/%', '/api/changes/%zz']) {
      expect((await world.ask('GET', path)).status, path).toBe(400);
    }
  });

  test('who asks is one line without control characters', async () => {
    const app = await givenApp(world);
    for (const by of ['', 'a\nb', 'x\u001b[31m', 'a'.repeat(257)]) {
      const answer = await world.ask('POST', `/api/apps/${app.namespace}/shop/hold`, { by });
      expectProblem(answer, 422);
      expect(answer.body.errors[0].field).toBe('by');
    }
    expect((await world.cluster.getApp(app))?.spec.hold).toBeUndefined();
  });

  test('a broker that is gone is 503, to be tried again; what was asked for is not lost', async () => {
    const alone = await openConsole();
    const app = await givenApp(alone);
    await alone.closeSink();
    const answer = await alone.ask('POST', '/api/sweep', {});
    expectProblem(answer, 503);
    expect(answer.headers['retry-after']).toBe('2');
    const hold = await alone.ask('POST', `/api/apps/${app.namespace}/shop/hold`, { by: 'ann' });
    expect(hold.status).toBe(200);
    await alone.close();
  });
});

describe('who may ask', () => {
  test('with a token in the configuration, only who has it', async () => {
    const closed = await openConsole({ API_TOKEN: 'a-token-of-length-24-or-so' });
    const withToken = (token: string) =>
      closed.ask('GET', '/api/status', undefined, { authorization: token });
    for (const answer of [
      await closed.ask('GET', '/api/status'),
      await withToken('Bearer wrong'),
      await withToken('a-token-of-length-24-or-so'),
      await withToken('Basic a-token-of-length-24-or-so'),
      await closed.ask('POST', '/api/sweep', {}),
    ]) {
      expectProblem(answer, 401);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="cite"');
    }
    expect((await withToken('Bearer a-token-of-length-24-or-so')).status).toBe(200);
    expect(closed.emitted).toEqual([]);
    expect((await closed.ask('GET', '/openapi.json')).body.security).toEqual([{ token: [] }]);
    await closed.close();
  });

  test('without one, nobody by another name or from a page of another origin', async () => {
    for (const headers of [
      { host: 'evil.example' },
      { host: 'shop.acme.localhost:8080' },
      { origin: 'http://shop.acme.localhost' },
      { origin: 'null' },
    ]) {
      expectProblem(await world.ask('POST', '/api/sweep', {}, headers), 403);
    }
    const own = { host: 'localhost:8080', origin: 'http://localhost:8080' };
    expect((await world.ask('POST', '/api/sweep', {}, own)).status).toBe(202);
  });
});
