import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Records } from '../../../scripts/local/cluster/records/records.ts';
import { type ConsoleWorld, givenApp, givenChange, openConsole } from './world.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
  world.repository('acme/shop', { 'index.html': 'hello' }, ['staging']);
});
afterAll(() => world.close());

const merge = { 'content-type': 'application/merge-patch+json' };
const at = (app: { namespace: string }) => `/api/apps/${app.namespace}/shop`;

describe('changing settings', () => {
  test('merges: what is named changes, null gives the default back, the rest stays', async () => {
    const app = await givenApp(world, { spec: { port: 3000, env: { A: '1', B: '2' }, replicas: 2 } });
    const patch = { port: null, env: { B: null, C: '3' } };
    const { status, body } = await world.ask('PATCH', at(app), patch, merge);
    expect(status).toBe(200);
    expect(body.spec).toMatchObject({ port: 8080, env: { A: '1', C: '3' }, replicas: 2 });
    expect((await world.cluster.getApp(app))?.spec).toEqual(body.spec);
  });

  test('keeps the Hold and the wish to redeploy', async () => {
    const app = await givenApp(world);
    await world.ask('POST', `${at(app)}/hold`, { by: 'ann' });
    await world.ask('POST', `${at(app)}/redeploy`, { by: 'ann' });
    const before = (await world.cluster.getApp(app))?.spec;
    expect((await world.ask('PATCH', at(app), { replicas: 3 })).status).toBe(200);
    expect((await world.cluster.getApp(app))?.spec).toEqual({ ...before, replicas: 3 });
  });

  test('to another branch needs that branch', async () => {
    const app = await givenApp(world);
    expect((await world.ask('PATCH', at(app), { branch: 'staging' })).body.branch).toBe('staging');
    const refused = await world.ask('PATCH', at(app), { branch: 'none' });
    expect({ status: refused.status, field: refused.body.errors[0].field }).toEqual({
      status: 422,
      field: 'branch',
    });
  });

  test('of an older reading is refused where the client asks for that', async () => {
    const app = await givenApp(world);
    const { headers } = await world.ask('GET', at(app));
    const etag = { 'if-match': String(headers.etag) };
    expect((await world.ask('PATCH', at(app), { replicas: 2 }, etag)).status).toBe(200);
    expect((await world.ask('PATCH', at(app), { replicas: 3 }, etag)).status).toBe(412);
    expect((await world.cluster.getApp(app))?.spec.replicas).toBe(2);
  });

  test('by many at once loses none of it', async () => {
    const app = await givenApp(world);
    const keys = ['A', 'B', 'C', 'D'];
    const answers = await Promise.all(
      keys.map((key) => world.ask('PATCH', at(app), { env: { [key]: '1' } })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(Object.keys((await world.cluster.getApp(app))?.spec.env ?? {}).sort()).toEqual(keys);
  });

  test.each<[string, object, string]>([
    ['the repository', { repository: 'rival/shop' }, 'repository'],
    ['a Hold', { hold: null }, 'hold'],
    ['a redeploy', { redeploy: { id: '1', by: 'me' } }, 'redeploy'],
    ['a port that is none', { port: 0 }, 'port'],
    ['a setting that is none', { prot: 1 }, 'prot'],
    ['the whole environment at once with a list', { env: ['A=1'] }, 'env'],
  ])('refuses %s, and changes nothing', async (_title, patch, field) => {
    const app = await givenApp(world);
    const { status, body } = await world.ask('PATCH', at(app), patch);
    expect({ status, field: body.errors[0].field }).toEqual({ status: 422, field });
    expect((await world.cluster.getApp(app))?.resourceVersion).toBe(app.resourceVersion);
  });
});

describe('a Secret', () => {
  const put = (namespace: string, name: string, content: unknown) =>
    world.ask('PUT', `/api/namespaces/${namespace}/secrets/${name}`, { content, by: 'ann' });

  test('is written whole, and shown or logged nowhere', async () => {
    const { namespace } = await givenApp(world);
    const answer = await put(namespace, 'shop', { KEY: 'hunter2-very-secret', OTHER: 'x' });
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
    expect(await world.cluster.readSecret(namespace, 'shop')).toEqual({
      KEY: 'hunter2-very-secret',
      OTHER: 'x',
    });
    await put(namespace, 'shop', { KEY: 'hunter2-very-secret' });
    expect(await world.cluster.readSecret(namespace, 'shop')).toEqual({ KEY: 'hunter2-very-secret' });
    expect(world.lines.join('')).toContain('secret written');
    expect(world.lines.join('')).not.toContain('hunter2');
  });

  test("of somebody else's, in no namespace of ours, or with keys that are none is refused", async () => {
    const { namespace } = await givenApp(world);
    const records = new Records(world.dir, () => new Date());
    records.insert('Secret', { namespace, name: 'theirs' }, {}, { content: { foreign: 'yes' } });
    records.close();
    expect((await put(namespace, 'theirs', { A: '1' })).status).toBe(422);
    expect(await world.cluster.readSecret(namespace, 'theirs')).toEqual({ foreign: 'yes' });
    expect(await put(namespace, 'cite-pull', { A: '1' })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'name' }] },
    });
    expect(await world.cluster.readSecret(namespace, 'cite-pull')).toBeUndefined();
    expect((await put('no-such-namespace', 'shop', { A: '1' })).status).toBe(404);
    expect((await put(namespace, 'shop', { 'A\nB': '1' })).status).toBe(422);
    expect((await put(namespace, 'shop', { A: 1 })).status).toBe(422);
    expect((await put(namespace, 'Shop', { A: '1' })).status).toBe(422);
    const refused = await put(namespace, 'shop', { A: ['hunter3-very-secret'] });
    expect(refused.text).not.toContain('hunter3');
  });
});

describe('lists', () => {
  test('Apps are listed by address, of a namespace and of a repository in any case', async () => {
    const first = await givenApp(world);
    const other = await givenApp(world, {
      ref: { namespace: first.namespace, name: 'bell' },
      spec: { repository: 'acme/Bell' },
    });
    const namesOf = async (query: string) =>
      (await world.ask('GET', `/api/apps?${query}`)).body.apps.map(({ name }: { name: string }) => name);
    expect(await namesOf(`namespace=${first.namespace}`)).toEqual(['bell', 'shop']);
    expect(await namesOf(`namespace=${first.namespace}&repository=ACME/bell`)).toEqual([other.name]);
    expect(await namesOf('namespace=none')).toEqual([]);
  });

  test('the sweep tells its plan and does nothing until it is asked to', async () => {
    const { namespace } = await givenApp(world, {
      releases: [{ outcome: 'deployed' }, { outcome: 'deployed' }],
      live: 2,
    });
    const { body } = await world.ask('GET', '/api/sweep');
    expect(
      body.actions.filter(({ app }: { app: { namespace: string } }) => app.namespace === namespace),
    ).toEqual([
      { app: { namespace, name: 'shop' }, release: 2, action: 'keep', reason: 'kept: live', pods: 1 },
      {
        app: { namespace, name: 'shop' },
        release: 1,
        action: 'start clock',
        reason: expect.stringMatching(/\S/),
        pods: 1,
      },
    ]);
    expect(world.emitted).not.toContainEqual(expect.objectContaining({ type: 'dev.cite.sweep.requested' }));
    expect((await world.ask('POST', '/api/sweep', { by: 'ann' })).status).toBe(202);
    expect(world.emitted).toContainEqual(
      expect.objectContaining({ type: 'dev.cite.sweep.requested', data: { by: 'ann' } }),
    );
  });

  test('the status counts what is under way and shows the newest dead letters', async () => {
    const before = (await world.ask('GET', '/api/status')).body;
    await givenChange(world, await givenApp(world), {});
    const receivedAt = new Date(Date.now() - 1000).toISOString();
    await world.store.recordDelivery({ id: '1-a', event: 'push', repository: 'a/b', body: '{}', receivedAt });
    const letter = { type: 'com.github.push', source: '/x', data: {}, destination: 'onPush', code: 422 };
    for (const [i, id] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) {
      const time = new Date(Date.now() + i).toISOString();
      await world.store.keepDeadLetter({ ...letter, id, message: `no ${id}`, at: time });
    }
    const { body } = await world.ask('GET', '/api/status');
    expect(body).toMatchObject({
      version: expect.stringMatching(/^\d/),
      apps: before.apps + 1,
      openChanges: before.openChanges + 1,
      unjudgedDeliveries: 1,
      pendingMessages: before.pendingMessages + 1,
    });
    expect(body.deadLetters.map(({ message }: { message: string }) => message)).toEqual([
      'no f',
      'no e',
      'no d',
      'no c',
      'no b',
    ]);
  });
});
