import { expect, test } from 'vitest';
import type { App } from '../../../shared/domain/app.ts';
import type { AppSpec, Hold } from '../../../shared/domain/app-spec.ts';
import { ConflictError, InvalidError } from '../../../shared/domain/errors.ts';
import {
  freshNamespace,
  hostileValues,
  newApp,
  refOf,
  releaseOf,
  specOf,
  type World,
  winners,
} from './world.ts';

const held: Hold = { by: 'ann', why: 'it is "slow", said Bob', at: '2026-01-02T03:04:05.678Z', release: 3 };

export function appsContract(world: World): void {
  const getApp = async (app: { namespace: string; name: string }) => {
    const found = await world().cluster.getApp(refOf(app));
    if (!found) throw new Error('the App is gone');
    return found;
  };

  test('an App that was made is read as it was made', async () => {
    const spec = specOf('acme', {
      port: 3000,
      replicas: 2,
      checks: ['ci/test'],
      resources: { limits: { cpu: '1' } },
    });
    const made = await newApp(world, spec);
    expect(made).toMatchObject({ name: 'web', deleting: false, finalizers: [], status: { conditions: [] } });
    expect(made.spec).toEqual(spec);
    expect(made.lastRelease).toBeUndefined();
    expect(made.uid).not.toBe('');
    expect(Math.abs(made.createdAt.getTime() - Date.now())).toBeLessThan(3_600_000);
    expect(await getApp(made)).toEqual(made);
  });

  test('an App that is not there is undefined, in a namespace that is there and in one that is not', async () => {
    const { namespace } = await newApp(world);
    expect(await world().cluster.getApp({ namespace, name: 'other' })).toBeUndefined();
    expect(await world().cluster.getApp({ namespace: freshNamespace(), name: 'web' })).toBeUndefined();
    expect(await world().cluster.listApps(freshNamespace())).toEqual([]);
  });

  test('Apps are listed by namespace, or all of them', async () => {
    const one = await newApp(world);
    const two = await newApp(world);
    const { cluster } = world();
    const beside = await cluster.createApp({ namespace: one.namespace, name: 'api' }, specOf(one.namespace));
    const uids = (apps: readonly { uid: string }[]) => apps.map(({ uid }) => uid);
    expect(uids(await cluster.listApps(one.namespace)).sort()).toEqual([one.uid, beside.uid].sort());
    expect(uids(await cluster.listApps())).toEqual(expect.arrayContaining([one.uid, beside.uid, two.uid]));
  });

  test('a name that is taken is refused and its holder stays as it is', async () => {
    const made = await newApp(world);
    const taken = world().cluster.createApp(refOf(made), specOf('acme', { branch: 'other' }));
    await expect(taken).rejects.toThrow(InvalidError);
    expect(await getApp(made)).toEqual(made);
  });

  test('an App that the schema refuses is refused for good', async () => {
    const { namespace } = await newApp(world);
    const { cluster } = world();
    const broken = { ...specOf(namespace), port: 0 } as AppSpec;
    await expect(cluster.createApp({ namespace, name: 'broken' }, broken)).rejects.toThrow(InvalidError);
    expect(await cluster.getApp({ namespace, name: 'broken' })).toBeUndefined();
  });

  test.each(['Not_A_Name', '', '../x', 'a'.repeat(300), 'a\nb'])(
    'the App name %j is refused',
    async (name) => {
      const { namespace } = await newApp(world);
      await expect(world().cluster.createApp({ namespace, name }, specOf(namespace))).rejects.toThrow(
        InvalidError,
      );
      expect(await world().cluster.getApp({ namespace, name })).toBeUndefined();
    },
  );

  test('an App in a namespace that is not there is refused', async () => {
    const namespace = freshNamespace();
    const made = world().cluster.createApp({ namespace, name: 'web' }, specOf(namespace));
    await expect(made).rejects.toThrow(InvalidError);
  });

  test('hostile values of the environment come back as they went in', async () => {
    const made = await newApp(world, { env: hostileValues });
    expect((await getApp(made)).spec.env).toEqual(hostileValues);
  });

  test('of two that change the same state of an App exactly one wins', async () => {
    const { cluster } = world();
    const app = await newApp(world);
    const won = await winners([
      cluster.updateApp(app, { lastRelease: releaseOf(1, 'a') }),
      cluster.updateApp(app, { lastRelease: releaseOf(2, 'b') }),
      cluster.updateApp(app, { hold: held }),
    ]);
    expect(won).toHaveLength(1);
    expect(await getApp(app)).toEqual(won[0]);
    await expect(cluster.updateApp(app, { hold: null })).rejects.toThrow(ConflictError);
    expect(await getApp(app)).toEqual(won[0]);
  });

  test('a new spec replaces the old one whole but for hold and redeploy', async () => {
    const { cluster } = world();
    const app = await newApp(world, { env: { OLD: '1' }, secret: 'old', replicas: 3 });
    const redeploy = { id: 'r-1', by: 'ann' };
    const stopped = await cluster.updateApp(app, { hold: held, redeploy });
    expect(stopped.spec).toEqual({ ...app.spec, hold: held, redeploy });

    const spec = specOf(app.namespace, { env: { NEW: '2' } });
    const replaced = await cluster.updateApp(stopped, { spec });
    expect(replaced.spec).toEqual({ ...spec, hold: held, redeploy });

    const other = { ...held, by: 'bob' };
    const named = await cluster.updateApp(replaced, { spec: { ...spec, hold: other }, redeploy: null });
    expect(named.spec).toEqual({ ...spec, hold: held });
    expect(await getApp(app)).toEqual(named);
  });

  test('the generation is raised by every change of the spec, and by nothing else', async () => {
    const made = await newApp(world);
    const finalized = await world().cluster.updateApp(made, { finalizers: ['cite.dev/test'] });
    await world().cluster.setAppStatus(refOf(made), { state: 'live' });
    const same = await world().cluster.getApp(refOf(made));
    expect([finalized.generation, same?.generation]).toEqual([made.generation, made.generation]);
    const spec = { ...finalized.spec, env: { A: '1' } };
    const changed = await world().cluster.updateApp(same as App, { spec, finalizers: [] });
    expect(changed.generation).toBeGreaterThan(made.generation);
  });

  test('a hold is replaced whole and removed by null; the rest of the spec stays', async () => {
    const { cluster } = world();
    const app = await newApp(world, { env: { KEPT: 'yes' } });
    const first = await cluster.updateApp(app, { hold: held });
    const { release: _, ...withoutRelease } = { ...held, by: 'bob' };
    const second = await cluster.updateApp(first, { hold: withoutRelease });
    expect(second.spec.hold).toEqual(withoutRelease);
    const lifted = await cluster.updateApp(second, { hold: null });
    expect(lifted.spec).toEqual(app.spec);
    expect((await cluster.updateApp(lifted, { hold: null })).spec).toEqual(app.spec);
  });

  test('the release counter holds the last release whole and outlives every other change', async () => {
    const { cluster } = world();
    const app = await newApp(world);
    const release = { ...releaseOf(7, 'registry/shop@sha256:aa'), change: 'ümlaut "quoted"\n' };
    const counted = await cluster.updateApp(app, { lastRelease: release });
    expect(counted.lastRelease).toEqual(release);
    const changed = await cluster.updateApp(counted, {
      spec: specOf('acme'),
      hold: held,
      finalizers: ['cite.dev/app'],
    });
    await cluster.setAppStatus(refOf(app), { live: 'r7' });
    expect(changed.lastRelease).toEqual(release);
    expect((await getApp(app)).lastRelease).toEqual(release);
  });

  test('a spec that the schema refuses changes nothing', async () => {
    const app = await newApp(world);
    const spec = { ...app.spec, replicas: 0 } as AppSpec;
    const refused = await world()
      .cluster.updateApp(app, { spec })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InvalidError);
    expect(await getApp(app)).toEqual(app);
  });

  test('a deleted App stays until its last finalizer goes', async () => {
    const { cluster } = world();
    const app = await newApp(world);
    const guarded = await cluster.updateApp(app, { finalizers: ['cite.dev/app', 'cite.dev/more'] });
    expect(guarded.finalizers).toEqual(['cite.dev/app', 'cite.dev/more']);
    await cluster.deleteApp(refOf(app));
    await cluster.deleteApp(refOf(app));
    const deleting = await getApp(app);
    expect(deleting).toMatchObject({ uid: app.uid, deleting: true, spec: app.spec });
    const one = await cluster.updateApp(deleting, { finalizers: ['cite.dev/app'] });
    expect(one).toMatchObject({ deleting: true, finalizers: ['cite.dev/app'] });
    await cluster.updateApp(one, { finalizers: [] });
    expect(await cluster.getApp(refOf(app))).toBeUndefined();
    expect(await cluster.listApps(app.namespace)).toEqual([]);
  });

  test('a finalizer is removed by its name, whoever else has written, and the App goes with its last', async () => {
    const { cluster } = world();
    const app = await newApp(world);
    await cluster.updateApp(app, { finalizers: ['cite.dev/app', 'cite.dev/more'] });
    await cluster.removeFinalizer(refOf(app), 'cite.dev/app');
    await cluster.removeFinalizer(refOf(app), 'cite.dev/app');
    expect(await getApp(app)).toMatchObject({ finalizers: ['cite.dev/more'], deleting: false });
    await cluster.deleteApp(refOf(app));
    expect(await cluster.appStatus(refOf(app))).toMatchObject({ deleting: true });
    await cluster.removeFinalizer(refOf(app), 'cite.dev/app');
    expect(await getApp(app)).toMatchObject({ finalizers: ['cite.dev/more'], deleting: true });
    await cluster.removeFinalizer(refOf(app), 'cite.dev/more');
    expect(await cluster.appStatus(refOf(app))).toBeUndefined();
    await cluster.removeFinalizer(refOf(app), 'cite.dev/more');
    await cluster.removeFinalizer({ ...refOf(app), name: '..' }, 'cite.dev/more');
  });

  test('an App without finalizers goes at once, a missing one was gone before, its name can be taken again', async () => {
    const { cluster } = world();
    const app = await newApp(world);
    await cluster.deleteApp(refOf(app));
    expect(await cluster.getApp(refOf(app))).toBeUndefined();
    await cluster.deleteApp(refOf(app));
    await expect(cluster.updateApp(app, { hold: held })).rejects.toThrow(ConflictError);
    const again = await cluster.createApp(refOf(app), app.spec);
    expect(again.uid).not.toBe(app.uid);
    await expect(cluster.updateApp(app, { hold: held })).rejects.toThrow(ConflictError);
  });

  test('that is to go by its uid goes, and never another one that has its name by now', async () => {
    const { cluster } = world();
    const app = await newApp(world);
    await cluster.deleteApp(app);
    await cluster.deleteApp(app);
    const again = await cluster.createApp(refOf(app), app.spec);
    await expect(cluster.deleteApp(app)).rejects.toThrow(ConflictError);
    expect(await cluster.getApp(refOf(app))).toEqual(again);
    await cluster.deleteApp(again);
    expect(await cluster.getApp(refOf(app))).toBeUndefined();
  });

  test('of the status only what is named is replaced, and nothing else changes', async () => {
    const { cluster } = world();
    const app = await newApp(world);
    const condition = (reason: string) => ({
      type: 'ServiceReady' as const,
      status: 'False' as const,
      reason,
      message: 'a Service of this name is\nsomebody else\'s: "web"',
      lastTransitionTime: '2026-01-02T03:04:05Z',
    });
    await cluster.setAppStatus(refOf(app), { live: 'r1', state: 'building', conditions: [condition('A')] });
    await cluster.setAppStatus(refOf(app), { standby: 'r0', state: 'live', url: 'http://web.test' });
    const read = await getApp(app);
    expect(read.status).toEqual({
      live: 'r1',
      standby: 'r0',
      state: 'live',
      url: 'http://web.test',
      conditions: [condition('A')],
    });
    expect(read.spec).toEqual(app.spec);
    await cluster.setAppStatus(refOf(app), { conditions: [] });
    expect((await getApp(app)).status).toMatchObject({ live: 'r1', conditions: [] });
  });

  test('the status of an App that is gone is not written', async () => {
    const app = await newApp(world);
    await world().cluster.deleteApp(refOf(app));
    await world().cluster.setAppStatus(refOf(app), { live: 'r1' });
    expect(await world().cluster.getApp(refOf(app))).toBeUndefined();
  });

  test('the status is to be had without the App', async () => {
    const app = await newApp(world);
    await world().cluster.setAppStatus(refOf(app), { state: 'live' });
    const status = { state: 'live', conditions: [] };
    expect(await world().cluster.appStatus(refOf(app))).toEqual({ status, deleting: false });
    expect(await world().cluster.appStatus({ ...refOf(app), name: 'other' })).toBeUndefined();
    expect(await world().cluster.appStatus({ ...refOf(app), name: '..' })).toBeUndefined();
  });

  const anEvent = {
    id: 'change-1',
    type: 'Normal',
    reason: 'Deployed',
    message: 'r1',
    at: new Date(),
  } as const;

  test('an Event is recorded as often as one likes', async () => {
    const app = await newApp(world);
    await world().cluster.recordEvent(app, anEvent);
    await world().cluster.recordEvent(app, { ...anEvent, message: 'x'.repeat(5000) });
    expect(await getApp(app)).toEqual(app);
  });

  test('an Event in a namespace that is not there is refused', async () => {
    const app = { namespace: freshNamespace(), name: 'web', uid: 'u' };
    await expect(world().cluster.recordEvent(app, anEvent)).rejects.toThrow(InvalidError);
  });

  test('an App that nothing went wrong with has no warnings, nor has one that cannot be', async () => {
    const app = await newApp(world);
    const { cluster } = world();
    await cluster.recordEvent(app, { ...anEvent, id: 'well', type: 'Normal' });
    expect(await cluster.listWarnings(refOf(app))).toEqual([]);
    expect(await cluster.listWarnings({ namespace: '..', name: '' })).toEqual([]);
  });
}
