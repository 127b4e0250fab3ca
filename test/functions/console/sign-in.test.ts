import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  API_TOKEN,
  bearer,
  COOKIE,
  cookieOf,
  goAndComeBack,
  openPeople,
  ownForm,
  type PeopleWorld,
  tokenOf,
} from './people.ts';
import { givenApp, givenChange } from './world.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

let world: PeopleWorld;
beforeAll(async () => {
  world = await openPeople();
});
afterAll(() => world.close());
beforeEach(() => {
  world.host.faults.isAway = false;
});

const givenShop = async (repository: string) => {
  const app = await givenApp(world, { spec: { repository } });
  return { app, address: `${app.namespace}/${app.name}` };
};

describe('to sign in', () => {
  test('leads by GitHub back to the page that was wanted', async () => {
    const asked = await world.ask('GET', '/changes?person=ann', undefined, { accept: 'text/html' });
    expect([asked.status, asked.headers.location]).toEqual([303, '/sign-in?to=%2Fchanges%3Fperson%3Dann']);
    const welcome = await world.ask('GET', String(asked.headers.location));
    expect(welcome.text).toContain('href="/sign-in/github?to=%2Fchanges%3Fperson%3Dann"');
    const { path, kept } = await goAndComeBack(world, 'ann', '/changes?person=ann');
    const done = await world.ask('GET', path, undefined, { cookie: kept });
    expect([done.status, done.headers.location]).toEqual([303, '/changes?person=ann']);
    const cookie = `${COOKIE}=${cookieOf(done.headers, COOKIE)}`;
    const page = await world.ask('GET', '/changes?person=ann', undefined, { cookie });
    expect(page.status).toBe(200);
    expect(page.text).toContain('<a href="/tokens">ann</a>');
  });

  test('sets a cookie that no script reads, no other site sends, and no other host can set', async () => {
    const { path, kept } = await goAndComeBack(world, 'ann');
    const done = await world.ask('GET', path, undefined, { cookie: kept });
    const session = [done.headers['set-cookie'] ?? []].flat().find((one) => one.startsWith(`${COOKIE}=`));
    expect(session).toMatch(
      /^__Host-cite=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  test('takes nothing that was not begun in this browser, or comes a second time', async () => {
    const { path, kept } = await goAndComeBack(world, 'ann');
    const other = await goAndComeBack(world, 'ann');
    for (const headers of [{}, { cookie: other.kept }, { cookie: kept.replace(/=.*/, '=nonsense') }])
      expect((await world.ask('GET', path, undefined, headers)).status).toBe(400);
    const without = new URL(path, 'http://x');
    without.searchParams.delete('state');
    expect(
      (await world.ask('GET', `${without.pathname}${without.search}`, undefined, { cookie: kept })).status,
    ).toBe(400);
    expect((await world.ask('GET', path, undefined, { cookie: kept })).status).toBe(303);
    const again = await world.ask('GET', path, undefined, { cookie: kept });
    expect(again.status).toBe(403);
    expect(cookieOf(again.headers, COOKIE)).toBeUndefined();
  });

  test('in two tabs at once is well in both', async () => {
    const [one, two] = [
      await goAndComeBack(world, 'ann', '/changes'),
      await goAndComeBack(world, 'ann', '/audit'),
    ];
    const both = { cookie: `${one.kept}; ${two.kept}` };
    const done = [
      await world.ask('GET', two.path, undefined, both),
      await world.ask('GET', one.path, undefined, both),
    ];
    expect(done.map(({ headers }) => headers.location)).toEqual(['/audit', '/changes']);
  });

  test('is begun anew by nobody for whom GitHub was away for a moment', async () => {
    const { path, kept } = await goAndComeBack(world, 'ann');
    world.host.faults.isAway = true;
    expect((await world.ask('GET', path, undefined, { cookie: kept })).status).toBe(503);
    world.host.faults.isAway = false;
    expect((await world.ask('GET', path, undefined, { cookie: kept })).status).toBe(303);
  });

  test('that the person refuses at GitHub lets nobody in', async () => {
    const { back, kept } = await goAndComeBack(world, 'ann');
    const path = `${back.pathname}?error=access_denied&state=${back.searchParams.get('state')}`;
    const refused = await world.ask('GET', path, undefined, { cookie: kept });
    expect([refused.status, cookieOf(refused.headers, COOKIE)]).toEqual([403, undefined]);
  });

  test.each([
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '/..//evil.example',
    '@evil.example',
    '',
  ])('leads to no other place: %j', async (to) => {
    const { path, kept } = await goAndComeBack(world, 'ann', to);
    const { headers } = await world.ask('GET', path, undefined, { cookie: kept });
    const there = new URL(String(headers.location), 'https://console.example.com');
    expect(there.origin).toBe('https://console.example.com');
    expect(headers.location).not.toMatch(/^\/[/\\]/);
  });

  test('ends by signing out, in every copy of the cookie, and by itself after 30 days', async () => {
    const ann = await world.signIn('ann');
    const out = await world.send('POST', '/sign-out', '', { ...ann, ...ownForm });
    expect([out.status, out.headers.location]).toEqual([303, '/sign-in?to=%2F']);
    expect((await world.ask('GET', '/', undefined, ann)).status).toBe(303);
    const later = await world.signIn('ann');
    world.pass(30 * DAY - MINUTE);
    expect((await world.ask('GET', '/', undefined, later)).status).toBe(200);
    world.pass(MINUTE);
    expect((await world.ask('GET', '/', undefined, later)).status).toBe(303);
  });

  test('is asked of streams and forms in words, not by a redirect', async () => {
    expect((await world.ask('GET', '/', undefined, { accept: 'text/event-stream' })).status).toBe(401);
    expect((await world.send('POST', '/sweep', '', ownForm)).status).toBe(401);
    expect(
      (await world.ask('GET', '/api/apps', undefined, { cookie: (await world.signIn('ann')).cookie })).status,
    ).toBe(401);
  });

  test('of another site is no form of this console', async () => {
    const ann = await world.signIn('ann');
    const foreign = { ...ann, ...ownForm, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    for (const path of ['/sign-out', '/tokens', '/tokens/end'])
      expect((await world.send('POST', path, '', foreign)).status, path).toBe(403);
    expect((await world.ask('GET', '/', undefined, ann)).status).toBe(200);
  });
});

describe('what the store has of it', () => {
  test('is of no use to whoever reads it: neither secret nor token of GitHub', async () => {
    const { cookie } = await world.signIn('ann');
    const token = await tokenOf(world, 'ann');
    const secrets = [cookie.replace(/^.*=/, ''), token, ...world.host.tokens.keys()];
    const files = readdirSync(world.dir).filter((name) => name.startsWith('store.db'));
    expect(files).toContain('store.db');
    const held = files.map((name) => readFileSync(join(world.dir, name), 'latin1')).join('');
    expect(held).toContain('"kind":"session"');
    for (const secret of secrets) expect(held.includes(secret)).toBe(false);
    for (const secret of secrets) expect(world.lines.join('\n').includes(secret)).toBe(false);
  });

  test('says who came, made a token and went', async () => {
    const eve = await world.signIn('eve');
    const token = await tokenOf(world, 'eve');
    expect(token).toMatch(/^cite_/);
    await world.send('POST', '/sign-out', '', { ...eve, ...ownForm });
    const entries = await world.store.listAuditEntries({});
    const ofEve = entries.filter(({ by }) => by === 'eve').map(({ action }) => action);
    expect(ofEve).toEqual(['signed out', 'token made', 'signed in', 'signed in']);
  });
});

describe('a token', () => {
  test('lets a program in as its person, who can say no other name', async () => {
    const { address } = await givenShop('acme/token');
    world.host.permit('ann', 'acme/token', 'WRITE');
    const token = await tokenOf(world, 'ann');
    const held = await world.ask('POST', `/api/apps/${address}/hold`, { by: 'somebody else' }, bearer(token));
    expect(held.body).toMatchObject({ hold: { by: 'ann' } });
    const [entry] = await world.store.listAuditEntries({ app: address });
    expect(entry?.by).toBe('ann');
  });

  test('may no more than its scope, whatever its person may', async () => {
    const { address } = await givenShop('acme/scope');
    world.host.permit('ann', 'acme/scope', 'ADMIN');
    const read = await tokenOf(world, 'ann', 'read');
    expect((await world.ask('GET', `/api/apps/${address}`, undefined, bearer(read))).status).toBe(200);
    expect((await world.ask('POST', `/api/apps/${address}/hold`, {}, bearer(read))).status).toBe(403);
    const write = await tokenOf(world, 'ann', 'write');
    expect((await world.ask('POST', `/api/apps/${address}/hold`, {}, bearer(write))).status).toBe(200);
    expect((await world.ask('DELETE', `/api/apps/${address}`, undefined, bearer(write))).status).toBe(403);
    const admin = await tokenOf(world, 'root', 'write');
    expect((await world.ask('POST', '/api/sweep', {}, bearer(admin))).status).toBe(403);
  });

  test('is no session, nor a session one; ended or over it lets nobody in', async () => {
    const token = await tokenOf(world, 'ann', 'read', '7');
    const ann = await world.signIn('ann');
    expect((await world.ask('GET', '/', undefined, { cookie: `${COOKIE}=${token}` })).status).toBe(303);
    const session = ann.cookie.replace(/^.*=/, '');
    for (const wrong of [session, `cite_${session}`, token.slice(0, -1), `${token}x`])
      expect((await world.ask('GET', '/api/apps', undefined, bearer(wrong))).status).toBe(401);
    expect((await world.ask('GET', '/api/apps', undefined, bearer(token))).status).toBe(200);
    world.pass(7 * DAY);
    expect((await world.ask('GET', '/api/apps', undefined, bearer(token))).status).toBe(401);

    const other = await tokenOf(world, 'ann', 'read');
    const page = await world.ask('GET', '/tokens', undefined, await world.signIn('ann'));
    const id = /name="id" value="([0-9a-f]{64})"/.exec(page.text)?.[1] ?? '';
    const bob = await world.signIn('bob');
    expect((await world.send('POST', '/tokens/end', `id=${id}`, { ...bob, ...ownForm })).status).toBe(404);
    for (const [, one = ''] of page.text.matchAll(/name="id" value="([0-9a-f]{64})"/g))
      await world.send('POST', '/tokens/end', `id=${one}`, { ...(await world.signIn('ann')), ...ownForm });
    expect((await world.ask('GET', '/api/apps', undefined, bearer(other))).status).toBe(401);
  });

  test.each([
    ['name=&scope=read&days=7', 'what it is for'],
    ['name=ci&scope=owner&days=7', 'scope'],
    ['name=ci&scope=read&days=3650', 'days'],
    ['name=ci%0Aevil&scope=read&days=7', 'one line'],
  ])('is not made of %s', async (form, words) => {
    const before = (await world.grantsOf('ann')).length;
    const ann = await world.signIn('ann');
    const refused = await world.send('POST', '/tokens', form, { ...ann, ...ownForm });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain(words);
    expect((await world.grantsOf('ann')).length).toBe(before + 1);
  });

  test("the platform's own still does everything", async () => {
    const { address } = await givenShop('acme/own');
    const held = await world.ask('POST', `/api/apps/${address}/hold`, { by: 'ops' }, bearer(API_TOKEN));
    expect(held.body).toMatchObject({ hold: { by: 'ops' } });
  });
});

describe('what somebody may', () => {
  test('is what GitHub says, five minutes later at the most', async () => {
    const { address } = await givenShop('acme/taken');
    world.host.permit('ann', 'acme/taken', 'READ');
    const ann = await world.signIn('ann');
    expect((await world.ask('GET', `/apps/${address}`, undefined, ann)).status).toBe(200);
    world.host.permit('ann', 'acme/taken', undefined);
    world.pass(5 * MINUTE + 1);
    expect((await world.ask('GET', `/apps/${address}`, undefined, ann)).status).toBe(404);
    world.host.permit('ann', 'acme/taken', 'READ');
    world.pass(5 * MINUTE + 1);
    expect((await world.ask('GET', `/apps/${address}`, undefined, ann)).status).toBe(200);
  });

  test('is what GitHub said last, for an hour, while it is away: a rollback at night does not wait for it', async () => {
    const { address } = await givenShop('acme/night');
    world.host.permit('ann', 'acme/night', 'WRITE');
    const token = await tokenOf(world, 'ann');
    const hold = () => world.ask('POST', `/api/apps/${address}/hold`, {}, bearer(token));
    expect((await hold()).status).toBe(200);
    world.host.faults.isAway = true;
    world.pass(55 * MINUTE);
    expect((await hold()).status).toBe(200);
    world.pass(6 * MINUTE);
    expect((await hold()).status).toBe(503);
    world.host.faults.isAway = false;
    expect((await hold()).status).toBe(200);
  });

  test('is over where the person takes back at GitHub that the platform may know them', async () => {
    await givenShop('acme/revoked');
    const zoe = await world.signIn('zoe');
    expect((await world.ask('GET', '/', undefined, zoe)).status).toBe(200);
    world.host.revoke('zoe');
    world.pass(5 * MINUTE + 1);
    const asked = await world.ask('GET', '/', undefined, zoe);
    expect([asked.status, asked.headers.location]).toEqual([303, '/sign-in?to=%2F']);
    expect(await world.grantsOf('zoe')).toEqual([]);
  });

  test('is asked of GitHub once for a page, however often it is looked at', async () => {
    const { address } = await givenShop('acme/once');
    world.host.permit('ann', 'acme/once', 'READ');
    const ann = await world.signIn('ann');
    const times = () => world.host.asked.filter((one) => one === 'ann acme/once').length;
    for (let look = 0; look < 3; look++) await world.ask('GET', `/apps/${address}`, undefined, ann);
    await world.ask('GET', '/', undefined, ann);
    expect(times()).toBe(1);
  });

  test('of whoever is in a team of ADMINS is everything, for an hour also while GitHub is away', async () => {
    const other = await openPeople(['acme/platform', 'root']);
    const statusFor = async (person: Record<string, string>) =>
      (await other.ask('GET', '/status', undefined, person)).status;
    other.host.join('tess', 'acme/platform');
    other.host.join('ivy', 'acme/platform', 'pending');
    const [tess, root, ann, ivy] = [
      await other.signIn('tess'),
      await other.signIn('ROOT'),
      await other.signIn('ann'),
      await other.signIn('ivy'),
    ];
    expect([await statusFor(tess), await statusFor(root)]).toEqual([200, 200]);
    expect([await statusFor(ann), await statusFor(ivy)]).toEqual([403, 403]);
    other.host.faults.isAway = true;
    for (let minutes = 0; minutes < 55; minutes += 5) {
      other.pass(5 * MINUTE);
      expect(await statusFor(tess)).toBe(200);
    }
    other.pass(6 * MINUTE);
    expect(await statusFor(tess)).toBe(503);
    other.host.faults.isAway = false;
    other.host.leave('tess', 'acme/platform');
    expect(await statusFor(tess)).toBe(403);
    await other.close();
  });

  test('is over for an administrator, too, who takes it back at GitHub', async () => {
    const other = await openPeople(['boss']);
    const token = await tokenOf(other, 'boss', 'admin');
    const status = async () => (await other.ask('GET', '/api/status', undefined, bearer(token))).status;
    expect(await status()).toBe(200);
    other.host.revoke('boss');
    other.pass(5 * MINUTE + 1);
    // Who took it back for a theft signs in again at once: what is known by that says nothing of the stolen one.
    const again = await other.signIn('boss');
    expect((await other.ask('GET', '/status', undefined, again)).status).toBe(200);
    expect(await status()).toBe(401);
    expect((await other.ask('GET', '/status', undefined, again)).status).toBe(200);
    await other.close();
  });

  test("is a person's, not a name's: who has an old name of somebody is not them", async () => {
    const other = await openPeople();
    const { address } = await (async () => {
      const app = await givenApp(other, { spec: { repository: 'acme/private' } });
      return { address: `${app.namespace}/${app.name}` };
    })();
    other.host.permit('old', 'acme/private', 'READ');
    const before = await other.signIn('old');
    expect((await other.ask('GET', `/apps/${address}`, undefined, before)).status).toBe(200);
    other.host.permit('old', 'acme/private', undefined);
    other.host.rename('old', 'new');
    // Somebody else takes the name that is free now: nothing that is known of the former one counts for them.
    const newcomer = await other.signIn('old');
    expect((await other.ask('GET', `/apps/${address}`, undefined, newcomer)).status).toBe(404);
    expect((await other.ask('GET', '/tokens', undefined, newcomer)).text.match(/name="id"/g)).toBeNull();
    other.pass(5 * MINUTE + 1);
    expect((await other.ask('GET', '/', undefined, before)).status).toBe(303);
    await other.close();
  });

  test('ends a page that is open, within seconds of signing out', async () => {
    const { address } = await givenShop('acme/open');
    world.host.permit('kim', 'acme/open', 'READ');
    const kim = await world.signIn('kim');
    const stream = await fetch(`${world.url}/apps/${address}?seen=x`, {
      headers: { ...kim, accept: 'text/event-stream' },
    });
    await world.send('POST', '/sign-out', '', { ...kim, ...ownForm });
    // It ends by itself: the last that is told is why.
    expect(await stream.text()).toMatch(/no longer signed in[\s\S]*event: final/);
  }, 30_000);

  test('signs out the oldest of more than 20 browsers', async () => {
    const first = await world.signIn('many');
    for (let i = 0; i < 20; i++) {
      world.pass(1000);
      await world.signIn('many');
    }
    expect((await world.ask('GET', '/', undefined, first)).status).toBe(303);
    expect(await world.grantsOf('many')).toHaveLength(20);
  });
});

describe('of everything, one is shown what one may see', () => {
  test('on every list, by the API and by the pages', async () => {
    const { app: mine, address } = await givenShop('acme/mine');
    const { app: other, address: hidden } = await givenShop('acme/hidden');
    const commit = 'd'.repeat(40);
    await givenChange(world, mine, { commit, title: 'Mine' });
    const change = await givenChange(world, other, { commit, title: 'Hidden', build: 'b'.repeat(32) });
    for (const name of [address, hidden])
      await world.ask('POST', `/api/apps/${name}/hold`, { by: 'ops' }, bearer(API_TOKEN));
    await world.store.recordDelivery({
      id: 'h/1',
      event: 'push',
      repository: 'acme/hidden',
      commit,
      body: '{}',
      receivedAt: new Date().toISOString(),
    });
    world.host.permit('mia', 'acme/mine', 'WRITE');
    const token = bearer(await tokenOf(world, 'mia'));
    const mia = await world.signIn('mia');

    const seen: [string, string][] = [];
    for (const path of [
      '/api/apps',
      '/api/changes',
      '/api/events',
      `/api/why/${commit}`,
      '/api/sweep',
      '/api/audit',
    ])
      seen.push([path, (await world.ask('GET', path, undefined, token)).text]);
    for (const path of ['/', '/changes', '/sweep', '/audit'])
      seen.push([path, (await world.ask('GET', path, undefined, mia)).text]);
    for (const [path, text] of seen.filter(([path]) => !path.endsWith('/sweep')))
      expect(text, path).toMatch(new RegExp(`${mine.namespace}|Mine`));
    for (const [path, text] of seen) {
      expect(text, path).not.toContain(other.namespace);
      expect(text, path).not.toContain('Hidden');
    }
    const unseen = [
      `/api/apps/${hidden}`,
      `/api/changes?app=${hidden}`,
      `/api/changes/${encodeURIComponent(change.id)}`,
      `/api/builds/${'b'.repeat(32)}/log`,
    ];
    for (const path of unseen)
      expect((await world.ask('GET', path, undefined, token)).status, path).toBe(404);
    for (const path of [
      `/apps/${hidden}`,
      `/changes/${encodeURIComponent(change.id)}`,
      `/builds/${'b'.repeat(32)}`,
    ])
      expect((await world.ask('GET', path, undefined, mia)).status, path).toBe(404);
    const ofHidden = await world.ask('GET', `/audit?app=${hidden}`, undefined, mia);
    expect(ofHidden.text).toContain('Nothing was done');
    // In the very words of what is not there.
    const gone = await world.ask('GET', `/api/apps/${other.namespace}/none`, undefined, token);
    const there = await world.ask('GET', `/api/apps/${hidden}`, undefined, token);
    expect(there.text.replaceAll(hidden, 'X')).toBe(gone.text.replaceAll(`${other.namespace}/none`, 'X'));
  });

  test('also where two look at one address at the same moment', async () => {
    await givenShop('acme/hers');
    world.host.permit('her', 'acme/hers', 'READ');
    const [her, him] = [await world.signIn('her'), await world.signIn('him')];
    const first = async (headers: Record<string, string>) => {
      const res = await fetch(`${world.url}/?seen=x`, {
        headers: { ...headers, accept: 'text/event-stream' },
      });
      const { value } = await (res.body as ReadableStream<Uint8Array>).getReader().read();
      await res.body?.cancel().catch(() => undefined);
      return Buffer.from(value ?? []).toString();
    };
    const [hers, his] = await Promise.all([first(her), first(him)]);
    expect(hers).toContain('acme/hers');
    expect(his).not.toContain('acme/hers');
  });
});

test('what was done to an App that is gone is not told to who has a new one of its name', async () => {
  const ref = { namespace: 'acme', name: 'reborn' };
  await givenApp(world, { ref, spec: { repository: 'acme/before' } });
  world.pass(-60 * MINUTE);
  await world.ask(
    'POST',
    '/api/apps/acme/reborn/hold',
    { by: 'ops', why: 'a secret plan' },
    bearer(API_TOKEN),
  );
  world.pass(60 * MINUTE);
  await world.ask('DELETE', '/api/apps/acme/reborn', undefined, bearer(API_TOKEN));
  await givenApp(world, { ref, spec: { repository: 'acme/after' } });
  world.host.permit('ned', 'acme/after', 'READ');
  const ned = bearer(await tokenOf(world, 'ned'));
  const seen = await world.ask('GET', '/api/audit?app=acme/reborn', undefined, ned);
  expect(seen.text).not.toContain('a secret plan');
  const all = await world.ask('GET', '/api/audit?app=acme/reborn', undefined, bearer(API_TOKEN));
  expect(all.text).toContain('a secret plan');
});

describe('to register an App', () => {
  test('one chooses from the repositories that one may push to, or types a name while GitHub is away', async () => {
    world.host.permit('lea', 'acme/pushed', 'WRITE');
    world.host.permit('lea', 'acme/looked-at', 'READ');
    const lea = await world.signIn('lea');
    const page = async () => (await world.ask('GET', '/register', undefined, lea)).text;
    expect(await page()).toContain(
      '<datalist id="repositories"><option value="acme/pushed"></option></datalist>',
    );
    world.host.faults.isAway = true;
    expect(await page()).not.toContain('<datalist');
  });

  test('an administrator must have let its owner in, and its Namespace is the owner’s or there already', async () => {
    world.repository('mallory/x');
    world.host.permit('mallory', 'mallory/x', 'ADMIN');
    const token = bearer(await tokenOf(world, 'mallory'));
    const ask = (body: object) => world.ask('POST', '/api/apps', { repository: 'mallory/x', ...body }, token);
    for (const body of [{}, { namespace: 'bigcorp' }, { namespace: 'acme' }]) {
      const refused = await ask(body);
      expect([refused.status, refused.body.detail], JSON.stringify(body)).toEqual([
        403,
        expect.stringContaining('REPOSITORY_OWNERS'),
      ]);
    }
    expect(await world.cluster.namespaceOwners('mallory')).toBeUndefined();
    expect(await world.cluster.namespaceOwners('bigcorp')).toBeUndefined();
    // Made by an administrator for that owner.
    await world.cluster.createNamespace('guests', 'mallory');
    expect((await ask({ namespace: 'guests' })).status).toBe(201);

    world.repository('acme/squat');
    world.host.permit('dev', 'acme/squat', 'WRITE');
    const dev = bearer(await tokenOf(world, 'dev'));
    const squat = { repository: 'acme/squat', namespace: 'bigcorp' };
    expect((await world.ask('POST', '/api/apps', squat, dev)).status).toBe(403);
    expect((await world.ask('POST', '/api/apps', squat, bearer(API_TOKEN))).status).toBe(201);
  });

  test('one is not told whose a name or a Secret is', async () => {
    await world.cluster.createNamespace('acme', 'acme');
    const ref = { namespace: 'acme', name: 'plans' };
    await givenApp(world, { ref, spec: { repository: 'acme/secret-project' } });
    world.repository('acme/nosy');
    world.host.permit('nosy', 'acme/nosy', 'WRITE');
    const token = bearer(await tokenOf(world, 'nosy'));
    const body = { repository: 'acme/nosy', name: 'plans' };
    const taken = await world.ask('POST', '/api/apps', body, token);
    expect([taken.status, taken.body.detail]).toEqual([
      409,
      'name is taken. Give another name: nosy is free.',
    ]);
    world.repository('mallory/x2');
    world.host.permit('mallory', 'mallory/x2', 'ADMIN');
    const other = bearer(await tokenOf(world, 'mallory'));
    const answers = [];
    for (const secret of ['there', 'not-there']) {
      await world.cluster.writeSecret('acme', 'there', { KEY: 'x' });
      const asked = { repository: 'mallory/x2', namespace: 'acme', secret };
      answers.push((await world.ask('POST', '/api/apps', asked, other)).body.detail);
    }
    expect(answers[0]).toBe(answers[1]);
  });

  test('one must be able to push to its repository', async () => {
    world.repository('acme/reg');
    const ask = async (login: string) =>
      await world.ask('POST', '/api/apps', { repository: 'acme/reg' }, bearer(await tokenOf(world, login)));
    const unseen = await ask('nobody');
    expect(unseen.status).toBe(404);
    world.host.permit('reader', 'acme/reg', 'READ');
    expect((await ask('reader')).status).toBe(403);
    world.host.permit('dev', 'acme/reg', 'WRITE');
    expect((await ask('dev')).status).toBe(201);
    const page = await world.ask(
      'GET',
      '/register?repository=acme/reg',
      undefined,
      await world.signIn('reader'),
    );
    expect(page.text).toContain('you need write access to acme/reg');
    const form = `${new URLSearchParams({ repository: 'acme/reg', name: 'again' })}`;
    const sent = await world.send('POST', '/register', form, {
      ...(await world.signIn('reader')),
      ...ownForm,
    });
    expect(sent.status).toBe(403);
  });
});

describe('a Secret', () => {
  test('that no App uses may be given to the first App of its Namespace, by who registers that', async () => {
    await world.cluster.createNamespace('fresh', 'acme');
    await world.cluster.writeSecret('fresh', 'prepared', { KEY: 'x' });
    world.repository('acme/first');
    world.host.permit('flo', 'acme/first', 'WRITE');
    const flo = bearer(await tokenOf(world, 'flo'));
    const asked = { repository: 'acme/first', namespace: 'fresh', secret: 'prepared' };
    expect((await world.ask('POST', '/api/apps', asked, flo)).status).toBe(201);
  });

  test('that a release was given is its own: no App can name it, nobody can take its name', async () => {
    const app = await givenApp(world, { spec: { repository: 'acme/rel' }, releases: [{}] });
    world.host.permit('rex', 'acme/rel', 'WRITE');
    const rex = bearer(await tokenOf(world, 'rex'));
    const address = `${app.namespace}/${app.name}`;
    const named = await world.ask('PATCH', `/api/apps/${address}`, { secret: 'shop-r1' }, rex);
    expect([named.status, named.body.errors[0].field]).toEqual([422, 'secret']);
    const put = await world.ask(
      'PUT',
      `/api/namespaces/${app.namespace}/secrets/shop-r9`,
      { content: { KEY: 'y' } },
      rex,
    );
    expect([put.status, put.body.errors[0].field]).toEqual([422, 'name']);
  });

  test('is of the Apps that use it: who cannot push to all of them neither writes it nor gets its content', async () => {
    const [one, two] = [
      { namespace: 'acme', name: 'payroll' },
      { namespace: 'acme', name: 'books' },
    ];
    await world.cluster.createNamespace('acme', 'acme');
    await world.cluster.writeSecret('acme', 'money', { KEY: 'x' });
    await givenApp(world, { ref: one, spec: { repository: 'acme/payroll', secret: 'money' } });
    await givenApp(world, { ref: two, spec: { repository: 'acme/books', secret: 'money' } });
    const mine = { namespace: 'acme', name: 'mine' };
    world.repository('acme/mine');
    await givenApp(world, { ref: mine, spec: { repository: 'acme/mine' } });
    world.host.permit('max', 'acme/mine', 'WRITE');
    world.host.permit('max', 'acme/books', 'WRITE');
    const max = bearer(await tokenOf(world, 'max'));
    const write = () =>
      world.ask('PUT', '/api/namespaces/acme/secrets/money', { content: { KEY: 'y' } }, max);
    expect((await write()).status).toBe(403);
    const patch = { secret: 'money' };
    expect((await world.ask('PATCH', '/api/apps/acme/mine', patch, max)).status).toBe(403);
    const made = { repository: 'acme/mine', name: 'again', secret: 'money' };
    expect((await world.ask('POST', '/api/apps', made, max)).status).toBe(403);
    const told = { notifications: [{ kind: 'webhook', secret: 'money', events: ['failed'] }] };
    expect((await world.ask('PATCH', '/api/apps/acme/mine', told, max)).status).toBe(403);
    expect(await world.cluster.readSecret('acme', 'money')).toEqual({ KEY: 'x' });

    world.host.permit('max', 'acme/payroll', 'WRITE');
    world.pass(5 * MINUTE + 1);
    expect((await write()).status).toBe(204);
    expect((await world.ask('PATCH', '/api/apps/acme/mine', patch, max)).status).toBe(200);
    // What else is changed of an App that has it already asks for nothing more.
    world.host.permit('max', 'acme/payroll', undefined);
    world.pass(5 * MINUTE + 1);
    expect((await world.ask('PATCH', '/api/apps/acme/mine', { replicas: 2 }, max)).status).toBe(200);
  });
});
