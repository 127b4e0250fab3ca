import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../../shared/domain/app.ts';
import { type ConsoleWorld, givenApp, givenChange, openConsole } from './world.ts';

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
        from: '192.0.2.7, 10.0.0.1 · cite/0.1.0',
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

  test('shows what a stranger wrote as text, and little of it', async () => {
    const app = await givenApp(world);
    const from = { 'x-forwarded-for': '<script>alert(1)</script>', 'user-agent': 'x'.repeat(5000) };
    await world.ask('POST', `${api(app)}/hold`, { by: '<b>ann</b>', why: '<img src=x>' }, from);
    const page = (await world.ask('GET', '/audit', undefined, browser)).text;
    expect(page).toContain('&lt;script&gt;alert(1)');
    expect(page).toContain('why: &lt;img src=x&gt;');
    expect((await entriesOf(app))[0].from.length).toBeLessThan(300);
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
