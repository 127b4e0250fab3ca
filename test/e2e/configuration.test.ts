import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answering, crashing } from './files.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const answers = (look: () => Promise<string>, text: string) =>
  until(`it answers ${text}`, look, (seen) => seen === text);

describe.concurrent('a changed configuration', SCENES, () => {
  test('of the environment is a Change and a new release with the same image', async () => {
    const { app } = await world.anApp(answering('v1'), { env: { GREETING: 'hello' } });
    await answers(() => app.visit('/env/GREETING'), 'hello');
    const { code, out } = await world.cite('env', 'set', app.address, 'GREETING=good day');
    expect({ code, out }).toEqual({ code: 0, out: `${app.address} now has GREETING.\n` });
    await answers(() => app.visit('/env/GREETING'), 'good day');
    const [second, first] = await app.releases();
    expect(second).toMatchObject({ name: 'r2', kind: 'config', image: first?.image, commit: first?.commit });
    await until(
      'its Change has ended',
      () => app.changes(),
      ([change]) => change?.verdict?.text === 'deployed as r2',
    );
  });

  test('that does not run leaves live what is live, and mended goes live', async () => {
    const { app } = await world.anApp(
      {
        ...answering('v1'),
        'server.js': `if (process.env.MODE === 'bad') throw new Error('no such mode'); ${answering('v1')['server.js']}`,
      },
      { env: { MODE: 'good' } },
    );
    await answers(() => app.visit('/env/MODE'), 'good');
    await app.set({ env: { MODE: 'bad' } });
    const [failed] = await until(
      'r2 has failed',
      () => app.changes(),
      ([change]) => change?.kind === 'config' && change.state === 'ended',
    );
    expect(failed?.verdict).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('no such mode'),
    });
    expect(await app.visit('/env/MODE')).toBe('good');
    await app.set({ env: { MODE: 'better' } });
    await answers(() => app.visit('/env/MODE'), 'better');
  });

  test('of the secret reaches a new release; the old one keeps its own, and a rollback brings it back', async () => {
    const { app } = await world.anApp(answering('v1'));
    await answers(() => app.visit('/env/TOKEN'), 'undefined');
    const set = (content: object) =>
      world.api('PUT', '/api/namespaces/acme/secrets/shop', { content, by: 'ann' });
    expect(await set({ TOKEN: 'one' })).toMatchObject({ status: 204 });
    await app.set({ secret: 'shop' });
    await answers(() => app.visit('/env/TOKEN'), 'one');
    await set({ TOKEN: 'two' });
    await answers(() => app.visit('/env/TOKEN'), 'two');
    expect(await app.wish('activate', { release: 2 })).toMatchObject({ status: 202 });
    await answers(() => app.visit('/env/TOKEN'), 'one');
    await set({ TOKEN: 'three' });
    await until(
      'the new secret waits under the Hold',
      () => app.changes(),
      ([change]) => change?.kind === 'config' && change.state === 'held',
    );
    expect(await app.visit('/env/TOKEN')).toBe('one');
    await app.wish('lift');
    await answers(() => app.visit('/env/TOKEN'), 'three');
  });

  test('that names a Secret which is not there is refused, with the remedy, and changes nothing', async () => {
    const { app } = await world.anApp(answering('v1'));
    const refused = await world.cite('apps', 'set', app.name, '--secret', 'missing');
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('cite secrets set') });
    await world.api('PUT', '/api/namespaces/acme/secrets/missing', { content: { TOKEN: 'here' }, by: 'ann' });
    expect(await world.cite('apps', 'set', app.name, '--secret', 'missing')).toMatchObject({
      code: 0,
      err: '',
    });
    await answers(() => app.visit('/env/TOKEN'), 'here');
  });

  test('while a release starts is a release of its own, with the same commit', async () => {
    const { repository, app } = await world.anApp(answering('v1'), { env: { N: '1' } });
    await answers(() => app.visit('/env/N'), '1');
    const commit = await repository.push(answering('v2'));
    await until(
      'r2 starts',
      () => app.releases(),
      ([newest]) => newest?.number === 2,
    );
    await app.set({ env: { N: '2' } });
    await answers(() => app.visit('/env/N'), '2');
    expect(await app.visit()).toBe('v2');
    const changes = await app.untilSettled();
    expect(
      changes
        .filter((change) => change.commit === commit)
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['config', 'push']);
  });

  test('is written only on what was read, where that is asked for', async () => {
    const { app } = await world.anApp(answering('v1'));
    const patch = (etag: string, body: object) =>
      fetch(`http://127.0.0.1:${world.port}/api/apps/${app.address}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json', 'if-match': etag },
        body: JSON.stringify(body),
      });
    await app.untilLive('v1');
    await app.untilSettled();
    const etag = (await app.show()).headers.get('etag') ?? '';
    expect(await patch('"another"', { replicas: 2 })).toMatchObject({ status: 412 });
    expect(await patch(etag, { hold: null })).toMatchObject({ status: 422 });
    expect((await app.show()).body.spec.replicas).toBe(1);
  });

  test('of replicas applies in place: no new release', async () => {
    const { app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    await app.untilSettled();
    await app.set({ replicas: 3 });
    await until(
      'three pods are ready',
      () => app.releases(),
      ([live]) => live?.pods.ready === 3,
    );
    await app.set({ replicas: 1 });
    await until(
      'one pod is left',
      () => app.releases(),
      ([live]) => live?.pods.wanted === 1,
    );
    expect(await app.releases()).toHaveLength(1);
    expect(await app.changes()).toHaveLength(1);
    expect(await app.visit()).toBe('v1');
  });
});

describe.concurrent('a redeploy', SCENES, () => {
  test('runs the same commit as a new release', async () => {
    const { app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    await app.untilSettled();
    expect(await world.cite('redeploy', app.address)).toMatchObject({ code: 0, err: '' });
    const [live, before] = await until(
      'r2 is live',
      () => app.releases(),
      ([newest]) => newest?.number === 2 && newest.state === 'live',
    );
    expect(live).toMatchObject({ kind: 'redeploy', commit: before?.commit, image: before?.image });
    expect(before?.state).toBe('standby');
  });

  test('under a Hold waits, and is released by its end', async () => {
    const { app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    await app.untilSettled();
    await app.wish('hold', { why: 'a fair' });
    await app.wish('redeploy');
    await until(
      'it is held',
      () => app.changes(),
      ([change]) => change?.kind === 'redeploy' && change.state === 'held',
    );
    await app.wish('lift');
    await until(
      'it has ended',
      () => app.changes(),
      ([change]) => change?.verdict?.text === 'deployed as r2',
    );
  });
});

test('an App whose first release failed goes live when its environment is mended', SCENES, async () => {
  const { app } = await world.anApp({
    ...crashing('unused'),
    'server.js': `if (!process.env.MODE) throw new Error('MODE is not set'); ${answering('v1')['server.js']}`,
  });
  await app.untilSettled();
  await app.set({ env: { MODE: 'on' } });
  await app.untilLive('v1');
});
