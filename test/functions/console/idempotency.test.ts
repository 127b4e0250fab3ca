import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { seal, unseal } from '../../../functions/console/seal.ts';
import { RetryableError } from '../../../shared/domain/errors.ts';
import { type ConsoleWorld, givenApp, openConsole } from './world.ts';

let world: ConsoleWorld;
/** What befalls a write to an App. */
let onWrite = async () => {};

beforeAll(async () => {
  world = await openConsole({}, (cluster) => ({
    ...cluster,
    async updateApp(app, change) {
      await onWrite();
      return cluster.updateApp(app, change);
    },
  }));
  world.repository('acme/shop');
});
afterAll(() => world.close());

const key = (text: string) => ({ 'idempotency-key': text });
const sweeps = (emitted = world.emitted) =>
  emitted.filter(({ type }) => type === 'dev.cite.sweep.requested').length;

describe('a POST with an Idempotency-Key', () => {
  test('is done once, and answered as the first time', async () => {
    const before = sweeps();
    const first = await world.ask('POST', '/api/sweep', { by: 'ann' }, key('"sweep-once"'));
    const again = await world.ask('POST', '/api/sweep', { by: 'ann' }, key('sweep-once'));
    expect(first.status).toBe(202);
    expect([again.status, again.text, again.headers['content-type']]).toEqual([
      202,
      first.text,
      first.headers['content-type'],
    ]);
    expect(sweeps() - before).toBe(1);
    await world.ask('POST', '/api/sweep', { by: 'ann' });
    await world.ask('POST', '/api/sweep', { by: 'ann' });
    expect(sweeps() - before).toBe(3);
  });

  test('makes one App, and says where it is each time', async () => {
    const body = { repository: 'acme/shop', name: 'once' };
    const first = await world.ask('POST', '/api/apps', body, key('app-once'));
    const again = await world.ask('POST', '/api/apps', body, key('app-once'));
    expect(first.status, first.text).toBe(201);
    expect([again.status, again.text, again.headers.location]).toEqual([
      201,
      first.text,
      '/api/apps/acme/once',
    ]);
    expect((await world.ask('POST', '/api/apps', body)).status).toBe(409);
    const audit = (await world.ask('GET', '/api/audit?app=acme/once')).body.entries;
    expect(audit.map(({ action }: { action: string }) => action)).toEqual(['app created']);
  });

  test('that was refused did nothing, and is tried again', async () => {
    const body = { repository: 'acme/later' };
    const first = await world.ask('POST', '/api/apps', body, key('refused'));
    world.repository('acme/later');
    const again = await world.ask('POST', '/api/apps', body, key('refused'));
    expect([first.status, again.status]).toEqual([422, 201]);
    expect((await world.ask('POST', '/api/apps', body, key('refused'))).text).toBe(again.text);
  });

  test('is done all the same where the store is away: a Hold at night does not wait for it', async () => {
    const away = async () => {
      throw new RetryableError('the store is away');
    };
    const dark = await openConsole({}, undefined, (store) => ({
      ...store,
      takeLease: away,
      getAnswer: away,
      keepAuditEntry: away,
    }));
    const app = await givenApp(dark);
    const held = await dark.ask('POST', `/api/apps/${app.namespace}/shop/hold`, { by: 'ann' }, key('dark'));
    expect(held.status).toBe(200);
    expect((await dark.cluster.getApp(app))?.spec.hold?.by).toBe('ann');
    await dark.close();
  });

  test('that asks for something else with the same key is refused, and not done', async () => {
    const before = sweeps();
    await world.ask('POST', '/api/sweep', { by: 'ann' }, key('other-body'));
    const other = await world.ask('POST', '/api/sweep', { by: 'bob' }, key('other-body'));
    expect([other.status, other.body.errors[0].field]).toEqual([422, 'idempotency-key']);
    const query = await world.ask('POST', '/api/sweep?x=1', { by: 'ann' }, key('other-body'));
    expect(query.status).toBe(422);
    expect(sweeps() - before).toBe(1);
  });

  test('means another one on another route', async () => {
    const app = await givenApp(world);
    const at = `/api/apps/${app.namespace}/shop`;
    expect((await world.ask('POST', `${at}/hold`, {}, key('route'))).body).toHaveProperty('hold');
    expect((await world.ask('POST', `${at}/lift`, {}, key('route'))).status).toBe(202);
    expect((await world.cluster.getApp(app))?.spec.hold).toBeUndefined();
  });

  test('is 409 while the first is being worked on, whatever becomes of that', async () => {
    const app = await givenApp(world);
    const hold = () => world.ask('POST', `/api/apps/${app.namespace}/shop/hold`, { by: 'ann' }, key('slow'));
    let goOn = () => {};
    const begun = vi.fn();
    onWrite = () =>
      new Promise((resolve) => {
        begun();
        goOn = resolve;
      });
    const first = hold();
    await vi.waitFor(() => expect(begun).toHaveBeenCalledOnce());
    const meanwhile = await hold();
    expect([meanwhile.status, meanwhile.headers['retry-after']]).toEqual([409, '1']);
    onWrite = async () => {};
    goOn();
    expect((await first).status).toBe(200);
    expect((await hold()).text).toBe((await first).text);
    expect(begun).toHaveBeenCalledOnce();
  });

  test('that failed is tried again', async () => {
    const app = await givenApp(world);
    const hold = () => world.ask('POST', `/api/apps/${app.namespace}/shop/hold`, {}, key('failed'));
    onWrite = async () => {
      throw new RetryableError('the cluster is away');
    };
    expect((await hold()).status).toBe(503);
    onWrite = async () => {};
    expect((await hold()).status).toBe(200);
  });

  test('of no key that can be is refused', async () => {
    for (const text of ['', '""', 'a b', '"a', 'é', 'a'.repeat(256)]) {
      const { status, body } = await world.ask('POST', '/api/sweep', {}, key(text));
      expect([status, body.errors?.[0].field], text).toEqual([422, 'idempotency-key']);
    }
  });
});

test('the key of one caller is none of another', async () => {
  const closed = await openConsole({ API_TOKEN: 'a-token-of-length-24-or-so' });
  const ask = (token: string) =>
    closed.ask('POST', '/api/sweep', {}, { ...key('mine'), authorization: `Bearer ${token}` });
  expect((await ask('a-token-of-length-24-or-so')).status).toBe(202);
  expect((await ask('wrong')).status).toBe(401);
  expect(sweeps(closed.emitted)).toBe(1);
  await closed.close();
});

test('what was answered can be read by nobody who has the store and not the key', async () => {
  const body = { repository: 'acme/shop', name: 'private', env: { PASSWORD: 'planted-secret' } };
  const answer = await world.ask('POST', '/api/apps', body, key('only-mine'));
  expect(answer.text).toContain('planted-secret');
  const sql = new DatabaseSync(join(world.dir, 'store.db'), { readOnly: true });
  const kept = sql.prepare('select value from answers').all();
  sql.close();
  expect(kept.length).toBeGreaterThan(0);
  expect(JSON.stringify(kept)).not.toMatch(/planted-secret|only-mine/);
});

test('what is sealed is opened by its secret alone, and as it was', () => {
  const sealed = seal('grüße', 'a');
  expect(unseal(sealed, 'a')).toBe('grüße');
  expect(seal('grüße', 'a')).not.toBe(sealed);
  expect(() => unseal(sealed, 'b')).toThrow();
  const bytes = Buffer.from(sealed, 'base64');
  bytes.set([(bytes.at(-1) ?? 0) ^ 1], bytes.length - 1);
  expect(() => unseal(bytes.toString('base64'), 'a')).toThrow();
});

test('the document of the API tells of it at every POST, and nowhere else', async () => {
  const { body } = await world.ask('GET', '/openapi.json');
  for (const [path, methods] of Object.entries<Record<string, { parameters?: { name: string }[] }>>(
    body.paths,
  ))
    for (const [method, { parameters = [] }] of Object.entries(methods)) {
      const names = parameters.map(({ name }) => name);
      expect(names.includes('Idempotency-Key'), `${method} ${path}`).toBe(method === 'post');
    }
});
