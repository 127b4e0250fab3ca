import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consoleApp } from '../../functions/console/app.ts';
import type { Needs } from '../../functions/console/needs.ts';
import { bearer, openPeople, ownForm, type PeopleWorld, tokenOf } from '../functions/console/people.ts';
import { givenApp, givenChange } from '../functions/console/world.ts';

/*
 * Every route × every kind of person who can sign in (issue 5, item 7; issue 6, item 2). What whoever has the token may, and
 * whoever is on the one machine, is in access.test.ts.
 */

/** What a route needs: a right on the repository, to be signed in, to be the platform's administrator; or nothing at all. */
type Need = 'nothing' | 'signed in' | 'read' | 'write' | 'admin' | 'platform';

const REF = { namespace: 'acme', name: 'shop' };
const API_APP = '/api/apps/:namespace/:name';
const APP = '/apps/:namespace/:name';

const NEEDS: Readonly<Record<string, Need>> = {
  'GET /openapi.json': 'nothing',
  'GET /assets/:version/:name': 'nothing',
  'GET /sign-in': 'nothing',
  'GET /sign-in/github': 'nothing',
  'GET /sign-in/callback': 'nothing',

  'GET /api/apps': 'signed in',
  'POST /api/apps': 'signed in',
  [`GET ${API_APP}`]: 'read',
  [`PATCH ${API_APP}`]: 'write',
  [`DELETE ${API_APP}`]: 'admin',
  [`GET ${API_APP}/releases`]: 'read',
  [`POST ${API_APP}/activate`]: 'write',
  [`POST ${API_APP}/redeploy`]: 'write',
  [`POST ${API_APP}/pin`]: 'write',
  [`POST ${API_APP}/unpin`]: 'write',
  [`POST ${API_APP}/warm`]: 'write',
  [`POST ${API_APP}/hold`]: 'write',
  [`POST ${API_APP}/lift`]: 'write',
  [`GET ${API_APP}/logs`]: 'read',
  [`GET ${API_APP}/pods`]: 'read',
  'GET /api/webhooks/:owner/:name/deliveries': 'write',
  'POST /api/dead-letters/:id/replay': 'platform',
  'GET /api/changes': 'signed in',
  'GET /api/changes/:id': 'read',
  'POST /api/changes/:id/retry': 'write',
  'POST /api/changes/:id/cancel': 'write',
  'GET /api/events': 'signed in',
  'GET /api/why/:commit': 'signed in',
  'GET /api/builds/:key/log': 'read',
  'GET /api/sweep': 'signed in',
  'POST /api/sweep': 'platform',
  'PUT /api/namespaces/:namespace/secrets/:name': 'write',
  'GET /api/status': 'platform',
  'GET /api/audit': 'signed in',
  'GET /api/me': 'signed in',

  'GET /': 'signed in',
  [`GET ${APP}`]: 'read',
  'GET /changes': 'signed in',
  'GET /changes/:id': 'read',
  'POST /changes/:id/retry': 'write',
  'GET /changes/:id/cancel': 'write',
  'POST /changes/:id/cancel': 'write',
  'GET /status': 'platform',
  'GET /api-docs': 'signed in',
  'POST /sign-out': 'signed in',
  'GET /tokens': 'signed in',
  'POST /tokens': 'signed in',
  'POST /tokens/end': 'signed in',
  'GET /audit': 'signed in',
  'GET /builds/:key': 'read',
  'GET /builds/:key/log': 'read',
  [`GET ${APP}/logs`]: 'read',
  'GET /sweep': 'signed in',
  'POST /sweep': 'platform',
  [`GET ${APP}/activate`]: 'write',
  [`POST ${APP}/activate`]: 'write',
  [`GET ${APP}/hold`]: 'write',
  [`POST ${APP}/hold`]: 'write',
  [`GET ${APP}/lift`]: 'write',
  [`POST ${APP}/lift`]: 'write',
  [`GET ${APP}/redeploy`]: 'write',
  [`POST ${APP}/redeploy`]: 'write',
  [`POST ${APP}/pin`]: 'write',
  [`POST ${APP}/unpin`]: 'write',
  [`POST ${APP}/warm`]: 'write',
  [`GET ${APP}/settings`]: 'write',
  [`POST ${APP}/settings`]: 'write',
  [`GET ${APP}/delete`]: 'admin',
  [`POST ${APP}/delete`]: 'admin',
  'GET /webhooks/:owner/:name': 'write',
  'POST /dead-letters/:id/replay': 'platform',
  'GET /register': 'signed in',
  'POST /register': 'signed in',
};

const people = {
  nobody: undefined,
  stranger: undefined,
  reader: 'READ',
  writer: 'WRITE',
  owner: 'ADMIN',
  root: undefined,
} as const;
type Person = keyof typeof people;

/** Which of them a need lets in; of a repository that somebody may not see, nothing is there. */
const LETS_IN: Readonly<Record<Need, readonly Person[]>> = {
  nothing: ['nobody', 'stranger', 'reader', 'writer', 'owner', 'root'],
  'signed in': ['stranger', 'reader', 'writer', 'owner', 'root'],
  read: ['reader', 'writer', 'owner', 'root'],
  write: ['writer', 'owner', 'root'],
  admin: ['owner', 'root'],
  platform: ['root'],
};

let world: PeopleWorld;
let values: Readonly<Record<string, string>>;
const headers: Partial<
  Record<Person, { readonly api: Record<string, string>; readonly pages: Record<string, string> }>
> = {};

beforeAll(async () => {
  world = await openPeople(['root']);
  const app = await givenApp(world, { ref: REF });
  const change = await givenChange(world, app, { build: 'b'.repeat(32) });
  values = {
    ...REF,
    id: encodeURIComponent(change.id),
    commit: 'c'.repeat(40),
    key: 'b'.repeat(32),
    version: 'x',
    owner: 'acme',
  };
  for (const [person, permission] of Object.entries(people)) {
    if (permission) world.host.permit(person, 'acme/shop', permission);
    if (person === 'nobody') continue;
    headers[person as Person] = {
      api: bearer(await tokenOf(world, person, 'admin')),
      pages: { ...(await world.signIn(person)), ...ownForm },
    };
  }
});
afterAll(() => world.close());

const routes = () => {
  const signIn = {};
  const app = consoleApp({ config: { API_TOKEN: 'x'.repeat(16) }, signIn } as unknown as Needs);
  return [
    ...new Set(
      app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`),
    ),
  ];
};

test('every route says what it needs', () => {
  expect(Object.keys(NEEDS).sort()).toEqual(routes().sort());
});

describe.each(Object.entries(NEEDS))('%s', (route, need) => {
  const [method = '', path = ''] = route.split(' ');
  test.each(Object.keys(people) as Person[])(`with ${need} lets in %s or not`, async (person) => {
    // Whoever may delete it has done so.
    if (!(await world.cluster.getApp(REF))) await givenApp(world, { ref: REF });
    const isApi = path.startsWith('/api/');
    const address = path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? expect.unreachable(name));
    // Signing out would end what the others ask with.
    const own = route === 'POST /sign-out' && person !== 'nobody' ? await world.signIn(person) : undefined;
    const { api, pages } = headers[person] ?? { api: {}, pages: ownForm };
    const sent = isApi
      ? { ...api, ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) }
      : { ...pages, ...own };
    const body = method === 'GET' || method === 'DELETE' ? '' : isApi ? '{}' : 'release=1';
    const { status, text } = await world.send(method, address, body, sent);
    const what = `${person}: ${route}: ${status} ${text.slice(0, 200)}`;
    if (LETS_IN[need].includes(person)) expect([401, 403], what).not.toContain(status);
    else if (person === 'nobody') expect(isApi ? [401] : [401, 303], what).toContain(status);
    else if (need === 'platform') expect(status, what).toBe(403);
    else if (person === 'stranger' && !route.includes('secrets')) expect(status, what).toBe(404);
    else expect(status, what).toBe(403);
  });
});

test('a path that no rule knows is the administrators’, be it spelt as it may', async () => {
  const { api } = headers.owner ?? expect.unreachable();
  for (const path of ['/api/none', '/api/apps/acme', '/api//apps/acme/shop', '/api/status/', '/api/%73tatus'])
    expect([403, 404], path).toContain((await world.ask('GET', path, undefined, api)).status);
  const stranger = headers.stranger?.api ?? expect.unreachable();
  for (const path of [
    '/api/apps/acme%2Fshop',
    '/api/apps/%61cme/shop',
    '/api/apps/acme/shop/',
    '/api/apps/acme/shop?x=/tokens',
    '/api/apps/x/../acme/shop',
    '/api/%61pps/acme/shop',
    `/api/changes/${values.id?.replaceAll('%', '%25')}`,
    '/api/apps/acme/%E0%A4%A',
    '/api/apps/acme/sh%09op',
    '/api/apps/acme/shop%5C..%5Ctokens',
    '/api/apps/acme/shop/..%2f..%2ftokens',
    '/api/changes/x%5C..%5C..%5Ctokens',
  ])
    expect([400, 403, 404, 422], path).toContain((await world.ask('GET', path, undefined, stranger)).status);
});

test('HEAD asks as GET does', async () => {
  const status = async (person: Person) =>
    (await world.ask('HEAD', '/apps/acme/shop', undefined, headers[person]?.pages)).status;
  expect([await status('reader'), await status('stranger'), await status('nobody')]).toEqual([200, 404, 401]);
});
