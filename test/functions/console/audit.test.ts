import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consoleApp } from '../../../functions/console/app.ts';
import type { Needs } from '../../../functions/console/needs.ts';
import type { App } from '../../../shared/domain/app.ts';
import { RetryableError } from '../../../shared/domain/errors.ts';
import { aDeadLetter, type ConsoleWorld, givenApp, givenChange, openConsole } from './world.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
  world.repository('acme/shop', { 'index.html': 'hello' });
});
afterAll(() => world.close());

const browser = { accept: 'text/html' };
const address = ({ namespace, name }: App) => `${namespace}/${name}`;
const api = (app: App) => `/api/apps/${address(app)}`;
const entriesOf = async (app: App) =>
  (await world.ask('GET', `/api/audit?app=${encodeURIComponent(address(app))}`)).body.entries;

interface Scene {
  readonly app: App;
  /** Ids of Changes. */
  readonly underWay: string;
  readonly failed: string;
}

const ask = async (method: string, path: string, body?: object) =>
  (await world.ask(method, path, body)).status;

/** A form as it is when its page was opened, and these fields of it filled in. */
async function submit(path: string, fields: Record<string, string> = {}, page = path): Promise<number> {
  const html = page === '' ? '' : (await world.ask('GET', page, undefined, browser)).text;
  const hidden = [...html.matchAll(/<input type="hidden" name="([\w.]+)" value="([^"]*)"/g)];
  const carried = hidden.map(([, name, value]) => [name ?? '', (value ?? '').replaceAll('&quot;', '"')]);
  const form = new URLSearchParams({ ...Object.fromEntries(carried), ...fields });
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    origin: `http://${new URL(world.url).host}`,
    ...browser,
  };
  return (await world.send('POST', path, form.toString(), headers)).status;
}

const at = (app: App) => `/apps/${address(app)}`;
const changeAt = (id: string) => `/changes/${encodeURIComponent(id)}`;

/** Whatever may be asked of the console. */
const deeds: Readonly<Record<string, (scene: Scene) => Promise<number>>> = {
  'POST /api/apps': ({ app }) =>
    ask('POST', '/api/apps', { repository: 'acme/shop', name: `a-${app.namespace}` }),
  'PATCH /api/apps/:namespace/:name': ({ app }) => ask('PATCH', api(app), { replicas: 7 }),
  'DELETE /api/apps/:namespace/:name': ({ app }) => ask('DELETE', api(app)),
  'POST /api/apps/:namespace/:name/hold': ({ app }) => ask('POST', `${api(app)}/hold`, {}),
  'POST /api/apps/:namespace/:name/lift': ({ app }) => ask('POST', `${api(app)}/lift`, {}),
  'POST /api/apps/:namespace/:name/activate': ({ app }) =>
    ask('POST', `${api(app)}/activate`, { release: 1 }),
  'POST /api/apps/:namespace/:name/redeploy': ({ app }) => ask('POST', `${api(app)}/redeploy`, {}),
  'POST /api/apps/:namespace/:name/pin': ({ app }) => ask('POST', `${api(app)}/pin`, { release: 1 }),
  'POST /api/apps/:namespace/:name/unpin': ({ app }) => ask('POST', `${api(app)}/unpin`, { release: 1 }),
  'POST /api/apps/:namespace/:name/warm': ({ app }) => ask('POST', `${api(app)}/warm`, { release: 3 }),
  'POST /api/changes/:id/retry': ({ failed }) => ask('POST', `/api${changeAt(failed)}/retry`, {}),
  'POST /api/changes/:id/cancel': ({ underWay }) => ask('POST', `/api${changeAt(underWay)}/cancel`, {}),
  'POST /api/dead-letters/:id/replay': async () =>
    ask('POST', `/api/dead-letters/${await aDeadLetter(world)}/replay`, {}),
  'POST /dead-letters/:id/replay': async () =>
    submit(`/dead-letters/${await aDeadLetter(world)}/replay`, {}, ''),
  'POST /api/sweep': () => ask('POST', '/api/sweep', {}),
  'PUT /api/namespaces/:namespace/secrets/:name': ({ app }) =>
    ask('PUT', `/api/namespaces/${app.namespace}/secrets/shop`, { content: { A: '1' } }),
  'POST /register': ({ app }) =>
    submit('/register', { repository: 'acme/shop', name: `f-${app.namespace}` }, ''),
  'POST /apps/:namespace/:name/settings': ({ app }) => submit(`${at(app)}/settings`, { replicas: '7' }),
  'POST /apps/:namespace/:name/delete': ({ app }) => submit(`${at(app)}/delete`, { name: app.name }),
  'POST /apps/:namespace/:name/hold': ({ app }) => submit(`${at(app)}/hold`),
  'POST /apps/:namespace/:name/lift': ({ app }) => submit(`${at(app)}/lift`),
  'POST /apps/:namespace/:name/activate': ({ app }) => submit(`${at(app)}/activate?release=1`),
  'POST /apps/:namespace/:name/redeploy': ({ app }) => submit(`${at(app)}/redeploy`),
  'POST /apps/:namespace/:name/pin': ({ app }) => submit(`${at(app)}/pin?release=1`, {}, ''),
  'POST /apps/:namespace/:name/unpin': ({ app }) => submit(`${at(app)}/unpin?release=1`, {}, ''),
  'POST /apps/:namespace/:name/warm': ({ app }) => submit(`${at(app)}/warm?release=3`, {}, ''),
  'POST /changes/:id/retry': ({ failed }) => submit(`${changeAt(failed)}/retry`, {}, ''),
  'POST /changes/:id/cancel': ({ underWay }) => submit(`${changeAt(underWay)}/cancel`),
  'POST /sweep': () => submit('/sweep', {}, ''),
};

describe('the audit', () => {
  test('says who did what, when and from where, newest first', async () => {
    const app = await givenApp(world, {
      releases: [{ outcome: 'deployed' }, { outcome: 'deployed' }],
      live: 2,
    });
    const from = { 'x-forwarded-for': '192.0.2.7, 10.0.0.1', 'user-agent': 'cite/0.1.0' };
    await world.ask('POST', `${api(app)}/hold`, { by: 'ann', why: 'Black Friday' }, from);
    await world.ask('PATCH', `${api(app)}?by=ben`, { replicas: 2, env: { A: 'value-of-a' } });
    await world.ask('POST', `${api(app)}/activate`, { by: 'cora', release: 1 });
    await world.ask('DELETE', `${api(app)}?by=dan`);
    const entries = await entriesOf(app);
    expect(entries).toMatchObject([
      { action: 'app deleted', by: 'dan', details: {} },
      { action: 'activate', by: 'cora', details: { release: 'r1' } },
      { action: 'app changed', by: 'ben', details: { settings: 'replicas, env' } },
      {
        action: 'hold',
        by: 'ann',
        app: address(app),
        from: '192.0.2.7, 10.0.0.1, 127.0.0.1 · cite/0.1.0',
        details: { why: 'Black Friday' },
      },
    ]);
    expect(Math.abs(Date.now() - Date.parse(entries[0].at))).toBeLessThan(60_000);
    expect(JSON.stringify(entries)).not.toContain('value-of-a');
    // The record is the line on stdout.
    const line = world.lines.find((one) => one.includes('Black Friday') && one.includes('"audit"')) ?? '{}';
    expect(JSON.parse(line).audit).toEqual(entries[3]);
  });

  test('has what was done by a form, whoever the console takes the browser to be of', async () => {
    const app = await givenApp(world);
    const change = await givenChange(world, app, {});
    const answer = await world.send('POST', `/changes/${encodeURIComponent(change.id)}/cancel`, '', {
      'content-type': 'application/x-www-form-urlencoded',
      origin: `http://${new URL(world.url).host}`,
      ...browser,
    });
    expect(answer.status).toBe(303);
    expect(await entriesOf(app)).toMatchObject([
      {
        action: 'cancel',
        by: expect.stringContaining('@'),
        change: change.id,
        from: expect.stringContaining('127.0.0.1'),
      },
    ]);
  });

  test('knows which keys of a Secret were written, never their values', async () => {
    const { namespace } = await givenApp(world);
    const content = { PASSWORD: 'planted-value', USER: 'x' };
    await world.ask('PUT', `/api/namespaces/${namespace}/secrets/shop`, { content, by: 'ann' });
    const { entries } = (await world.ask('GET', '/api/audit')).body;
    expect(entries[0]).toMatchObject({ action: 'secret written', details: { keys: 'PASSWORD, USER' } });
    expect(JSON.stringify(entries)).not.toContain('planted-value');
    expect(world.lines.join('\n')).not.toContain('planted-value');
  });

  test('has nothing of what was refused', async () => {
    const app = await givenApp(world);
    expect((await world.ask('PATCH', api(app), { replicas: 0 })).status).toBe(422);
    expect((await world.ask('POST', `${api(app)}/activate`, { by: 'ann', release: 9 })).status).toBe(404);
    expect(await entriesOf(app)).toEqual([]);
  });

  test('comes in pages, of the API and to look at', async () => {
    const app = await givenApp(world);
    for (let i = 0; i < 52; i++) await world.ask('POST', `${api(app)}/hold`, { by: `person ${i}` });
    const of = encodeURIComponent(address(app));
    const first = (await world.ask('GET', `/api/audit?app=${of}`)).body;
    expect(first.entries).toHaveLength(50);
    const second = (await world.ask('GET', `/api/audit?app=${of}&cursor=${first.next}`)).body;
    expect(second.entries.map(({ by }: { by: string }) => by)).toEqual(['person 1', 'person 0']);
    expect(second.next).toBeUndefined();
    expect((await world.ask('GET', '/api/audit?cursor=nonsense')).status).toBe(422);
    const page = (await world.ask('GET', `/audit?app=${of}`, undefined, browser)).text;
    expect(page).toContain('person 51');
    expect(page).not.toContain('person 1<');
    const older = /href="([^"]+)" rel="next"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect((await world.ask('GET', older, undefined, browser)).text).toContain('person 1<');
  });

  test('keeps the end of the way, which no client writes, and shows what a stranger wrote as text', async () => {
    const app = await givenApp(world);
    const padded = `${'junk, '.repeat(200)}<script>alert(1)</script>, 203.0.113.66`;
    const from = { 'x-forwarded-for': padded, 'user-agent': `<b>8.8.8.8</b>${'x'.repeat(5000)}` };
    await world.ask('POST', `${api(app)}/hold`, { by: '<b>ann</b>', why: '<img src=x>' }, from);
    const [entry] = await entriesOf(app);
    expect(entry.from).toMatch(/^junk, junk, scriptalert1script, 203\.0\.113\.66, 127\.0\.0\.1 · <b>8/);
    expect(entry.from.length).toBeLessThan(400);
    const page = (await world.ask('GET', '/audit', undefined, browser)).text;
    expect(page).toContain('· &lt;b&gt;8.8.8.8&lt;/b&gt;');
    expect(page).toContain('why: &lt;img src=x&gt;');
  });

  test('says what was begun and failed: it may stand', async () => {
    const broken = await openConsole({}, (cluster) => ({
      ...cluster,
      async getService() {
        throw new RetryableError('the cluster is away');
      },
    }));
    try {
      const app = await givenApp(broken);
      expect((await broken.ask('POST', `${api(app)}/hold`, { by: 'ann', why: 'now' })).status).toBe(503);
      expect((await broken.cluster.getApp(app))?.spec.hold).toMatchObject({ by: 'ann' });
      const { entries } = (await broken.ask('GET', '/api/audit')).body;
      expect(entries).toMatchObject([{ action: 'hold', details: { why: 'now', outcome: 'not finished' } }]);
    } finally {
      await broken.close();
    }
  });

  test('has an entry for whatever may be asked, once, by the API and by a form', async () => {
    const written: string[] = [];
    for (const [route, ask] of Object.entries(deeds)) {
      const app = await givenApp(world, {
        releases: [
          { outcome: 'deployed', standbySince: new Date() },
          { outcome: 'deployed' },
          { outcome: 'deployed', replicas: 0 },
        ],
        live: 2,
      });
      const underWay = await givenChange(world, app, {});
      const verdict = { outcome: 'failed', why: 'r3: not ready' } as const;
      const failed = await givenChange(world, app, { verdict, state: 'ended' });
      const before = (await world.ask('GET', '/api/audit')).body.entries[0]?.id;
      const status = await ask({ app, underWay: underWay.id, failed: failed.id });
      expect(status, route).toBeLessThan(400);
      const { entries } = (await world.ask('GET', '/api/audit')).body;
      const since = entries.findIndex(({ id }: { id: string }) => id === before);
      expect(since === -1 ? entries.length : since, route).toBe(1);
      written.push(route);
    }
    const routes = consoleApp({ config: {} } as unknown as Needs).routes;
    const all = routes.filter(({ method }) => !['GET', 'ALL'].includes(method));
    expect(written.sort()).toEqual([...new Set(all.map(({ method, path }) => `${method} ${path}`))].sort());
  });

  test('has nothing of who cancels what another one has cancelled', async () => {
    const app = await givenApp(world);
    const { id } = await givenChange(world, app, {});
    for (const by of ['ann', 'mallory'])
      expect(await ask('POST', `/api${changeAt(id)}/cancel`, { by })).toBe(200);
    expect(await entriesOf(app)).toMatchObject([{ action: 'cancel', by: 'ann' }]);
  });

  test('has nothing of settings that are as they were', async () => {
    const app = await givenApp(world);
    expect((await world.ask('PATCH', api(app), { replicas: app.spec.replicas })).status).toBe(200);
    expect(await entriesOf(app)).toEqual([]);
  });

  test('keeps little of what is long', async () => {
    const { namespace } = await givenApp(world);
    const names = Array.from({ length: 500 }, (_, i) => [`KEY_${'X'.repeat(50)}_${i}`, '1']);
    await world.ask('PUT', `/api/namespaces/${namespace}/secrets/shop`, {
      content: Object.fromEntries(names),
    });
    const { entries } = (await world.ask('GET', '/api/audit')).body;
    expect(JSON.stringify(entries[0]).length).toBeLessThan(2000);
  });

  test('fails nothing where the store is away: the record is written all the same', async () => {
    const other = await openConsole();
    try {
      const app = await givenApp(other);
      await other.store.close();
      const { status } = await other.ask('POST', `${api(app)}/hold`, { by: 'ann', why: 'no store' });
      expect(status).toBe(200);
      expect((await other.cluster.getApp(app))?.spec.hold).toMatchObject({ by: 'ann' });
      expect(other.lines.find((line) => line.includes('"audit"'))).toContain('no store');
    } finally {
      await other.close();
    }
  });
});
