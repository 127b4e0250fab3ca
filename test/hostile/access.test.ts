import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type ConsoleWorld, givenApp, openConsole } from '../functions/console/world.ts';
import { openGitHost, TOKEN } from '../git-host/world.ts';
import { hosts } from './corpus/names.ts';
import { type Operation, operationsOf } from './operations.ts';

/*
 * Whoever has the token may do everything, and on one machine whoever is on it; what people may who sign in is in
 * rights.test.ts. Which Kubernetes rights each function
 * has, and that it needs every one of them, is tried in test/contract/kubernetes/rights.ts.
 */

const API_TOKEN = 'the-token-of-the-api-0123456789';
/** Secrets of the platform that are for another door. */
const OTHERS = { webhookSecret: 'the-secret-of-webhooks-01234', githubToken: 'the-token-of-github-0123456' };

/** What the console serves to everybody: nothing of anybody's. */
const OPEN = ['/openapi.json'];
/** Its pages. */
const PAGES = ['/', '/changes', '/status', '/sweep', '/register', '/apps/acme/shop', '/builds/x/log'];

let guarded: ConsoleWorld;
let local: ConsoleWorld;
beforeAll(async () => {
  guarded = await openConsole({ API_TOKEN });
  local = await openConsole();
});
afterAll(async () => {
  await guarded.close();
  await local.close();
});

/** Routes of the document, each with an address of something that is there, and a body that would do something. */
async function requestsOf(world: ConsoleWorld) {
  const ref = { namespace: 'acme', name: 'shop' };
  const { body } = await world.ask('GET', '/openapi.json');
  const values: Record<string, string> = {
    ...ref,
    owner: 'acme',
    id: 'x',
    commit: 'c'.repeat(40),
    key: 'b'.repeat(32),
  };
  return operationsOf(body).map((operation: Operation) => ({
    operation,
    path: operation.path.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? expect.unreachable(name)),
    body: operation.properties ? '{}' : undefined,
  }));
}

type Row = readonly [caller: string, headers: Record<string, string>, status: number | 'let in' | 'refused'];

async function expectRow(world: ConsoleWorld, [caller, headers, wanted]: Row): Promise<void> {
  const requests = await requestsOf(world);
  expect(requests.length).toBeGreaterThan(20);
  for (const { operation, path, body } of requests) {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const { status, text } = await world.send(operation.method, path, body ?? '', { ...type, ...headers });
    const what = `${caller}: ${operation.method} ${operation.path}`;
    if (wanted === 'let in') expect([401, 403], what).not.toContain(status);
    // What is no host name at all, the HTTP server refuses before.
    else if (wanted === 'refused') expect([400, 403], what).toContain(status);
    else expect(status, `${what}: ${text}`).toBe(wanted);
  }
}

/** Every App as it was: nobody that was turned away did anything. */
const versions = async ({ cluster }: ConsoleWorld) =>
  (await cluster.listApps()).map(({ name, resourceVersion }) => `${name} ${resourceVersion}`);

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const withToken: readonly Row[] = [
  ['nobody', {}, 401],
  ['somebody with another token', bearer('x'.repeat(API_TOKEN.length)), 401],
  ['somebody with the beginning of the token', bearer(API_TOKEN.slice(0, -1)), 401],
  ['somebody with the token and more', bearer(`${API_TOKEN} x`), 401],
  ['somebody with an empty token', { authorization: 'Bearer ' }, 401],
  ['GitHub, with the secret of webhooks', bearer(OTHERS.webhookSecret), 401],
  ['a build, with the token of the code host', bearer(OTHERS.githubToken), 401],
  ['somebody with the token as a password', { authorization: `Basic ${btoa(`x:${API_TOKEN}`)}` }, 401],
  [
    'somebody with the token in a cookie',
    { cookie: `token=${API_TOKEN}; authorization=Bearer ${API_TOKEN}` },
    401,
  ],
  ['a neighbour who says to be this machine', { 'x-forwarded-for': '127.0.0.1', host: 'localhost' }, 401],
];

const onThisMachine: readonly Row[] = [
  ['a page of another origin', { origin: 'http://evil.example' }, 403],
  ['a page of another port', { origin: 'http://localhost:1' }, 403],
  ['a page of no origin', { origin: 'null' }, 403],
  ...hosts.map((host): Row => [`a page whose name leads here (${host.slice(0, 40)})`, { host }, 'refused']),
];

describe('the API with a token', () => {
  test.each(withToken)('turns away %s, on every route', async (...row) => {
    const app =
      (await guarded.cluster.listApps())[0] ??
      (await givenApp(guarded, { ref: { namespace: 'acme', name: 'shop' } }));
    const before = await versions(guarded);
    expect(before).toEqual([`shop ${app.resourceVersion}`]);
    await expectRow(guarded, row);
    expect(await versions(guarded)).toEqual(before);
    expect(guarded.emitted).toEqual([]);
  });

  test('takes the token alone, from whatever page, and never from the address', async () => {
    expect(
      (await guarded.ask('GET', `/api/status?token=${API_TOKEN}&access_token=${API_TOKEN}`)).status,
    ).toBe(401);
    await expectRow(guarded, [
      'whoever has the token',
      { ...bearer(API_TOKEN), origin: 'http://evil.example' },
      'let in',
    ]);
  });
});

describe('the API of one machine', () => {
  test.each(onThisMachine)('turns away %s, on every route', async (...row) => {
    if ((await local.cluster.listApps()).length === 0)
      await givenApp(local, { ref: { namespace: 'acme', name: 'shop' } });
    const before = await versions(local);
    await expectRow(local, row);
    expect(await versions(local)).toEqual(before);
    expect(local.emitted).toEqual([]);
  });

  test('lets in whoever is on it', async () => {
    await expectRow(local, ['a person', {}, 'let in']);
  });
});

test('its pages are for whoever has the token, too', async () => {
  for (const path of PAGES) expect((await guarded.ask('GET', path)).status, path).toBe(401);
});

test('beside the API the console serves what says nothing of anybody', async () => {
  for (const path of OPEN) expect((await guarded.ask('GET', path)).status, path).toBe(200);
  for (const path of [
    '/api',
    '/api/',
    '/api//status',
    '/API/status',
    '/api/../api/status',
    '/%61pi/status',
    '/api/status/',
    '/api/none',
  ])
    expect([401, 404], path).toContain((await guarded.ask('GET', path)).status);
});

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
}

describe('in a cluster', () => {
  /** Who has to be called from outside: GitHub calls one, people the other. */
  const PUBLIC = ['console', 'receive-webhook'];

  const FOLDER = 'knative/base/functions';
  const functions = readdirSync(FOLDER)
    .filter((name) => name !== 'kustomization.yaml')
    .flatMap((name) => parseAllDocuments(readFileSync(`${FOLDER}/${name}`, 'utf8')))
    .map((document) => document.toJS() as Manifest)
    .filter(({ kind }) => kind === 'Service');

  test.each(functions.map(({ metadata }) => metadata))(
    '$name is reached from outside only where it has to be',
    ({ name, labels }) => {
      const visibility = labels['networking.knative.dev/visibility'] ?? 'public';
      expect(visibility).toBe(PUBLIC.includes(name) ? 'public' : 'cluster-local');
    },
  );
});

test("the git host's API lets in its token alone, on every route", async () => {
  const host = await openGitHost();
  const paths = [
    '',
    '/branches/main',
    '/commits/main',
    '/hooks',
    '/hooks/1',
    '/collaborators/x',
    '/deployments',
    '/statuses/x',
    '/compare/a...b',
    '/contents/x',
  ];
  try {
    for (const headers of [
      {},
      bearer('x'),
      bearer(''),
      bearer(API_TOKEN),
      { authorization: `Basic ${btoa(`x:${TOKEN}`)}` },
    ])
      for (const path of paths)
        for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
          const init = { method, headers, ...(method === 'GET' ? {} : { body: '{}' }) };
          const { status } = await fetch(`${host.url}/api/v3/repos/acme/shop${path}`, init as RequestInit);
          expect(status, `${method} ${path}`).toBe(401);
        }
  } finally {
    await host.close();
  }
});
