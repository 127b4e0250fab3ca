import { expect, test } from 'vitest';
import { ConflictError, InvalidError } from '../../../shared/domain/errors.ts';
import type { PodSettings } from '../../../shared/domain/release.ts';
import type { WorkloadChange } from '../../../shared/ports/cluster.ts';
import {
  eventually,
  freshNamespace,
  hostileValues,
  newApp,
  newWorkload,
  onFreshWorkload,
  readWorkload,
  refOf,
  releaseOf,
  specOf,
  startWorkload,
  type World,
  winners,
} from './world.ts';

export function workloadsContract(world: World): void {
  const update = (app: { namespace: string; name: string }, release: number, change: WorkloadChange) =>
    onFreshWorkload(world, app, release, (workload) => world().cluster.updateWorkload(workload, change));

  test('a Workload that is not there is undefined and in no list', async () => {
    const app = await newApp(world);
    expect(await world().cluster.getWorkload(refOf(app), 1)).toBeUndefined();
    expect(await world().cluster.listWorkloads(refOf(app))).toEqual([]);
  });

  test('a Workload keeps its Release whole', async () => {
    const app = await newApp(world);
    const release = { ...releaseOf(12, world().goodImage), change: 'a "quoted"\nchange ü' };
    const made = await startWorkload(world, app, 12, world().goodImage, { release, replicas: 2 });
    expect(made).toMatchObject({ app: refOf(app), release, replicas: 2 });
    expect(made.standbySince).toBeUndefined();
    expect(made.outcome).toBeUndefined();
    expect(made.pinnedBy).toBeUndefined();
    expect(Math.abs(made.createdAt.getTime() - Date.now())).toBeLessThan(3_600_000);
  });

  test('a Workload says how its own pods are asked', async () => {
    const app = await newApp(world, { readiness: { exec: { command: ['true'] }, timeoutSeconds: 7 } });
    const byCommand = await startWorkload(world, app, 1, world().goodImage, { replicas: 0 });
    expect(byCommand.readiness).toEqual({ timeoutSeconds: 7 });
    const http = { path: '/health?deep=1' };
    const pod = { readiness: { http, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 3 } };
    const byHttp = await startWorkload(world, app, 2, world().goodImage, { replicas: 0, pod });
    expect(byHttp.readiness).toEqual({ http, timeoutSeconds: 2 });
  });

  test('what the pods of each Workload are made with can be read again, hostile values too', async () => {
    const app = await newApp(world);
    const times = { periodSeconds: 2, timeoutSeconds: 3, failureThreshold: 4 };
    const first: PodSettings = {
      port: 9090,
      readiness: { ...times, http: { path: '/ready?a=1' } },
      liveness: { ...times, grpc: { service: '' } },
      minReadySeconds: 5,
      progressDeadlineSeconds: 70,
      terminationGracePeriodSeconds: 8,
      env: hostileValues,
      resources: { requests: { cpu: '500m' }, limits: { memory: '64Mi' } },
    };
    const exec = { command: ['sh', '-c', 'test "$A" = b'] };
    const second: PodSettings = { ...first, env: {}, liveness: undefined, readiness: { ...times, exec } };
    await startWorkload(world, app, 1, world().goodImage, { replicas: 0, pod: first });
    await startWorkload(world, app, 12, world().goodImage, { replicas: 0, pod: second });
    const beside = await newApp(world);
    expect(await world().cluster.listPodSettings(refOf(beside))).toEqual(new Map());
    expect(await world().cluster.listPodSettings(refOf(app))).toEqual(
      new Map([
        [1, first],
        [12, second],
      ]),
    );
  });

  test('a Workload that is there is not made again', async () => {
    const app = await newApp(world);
    const { cluster, goodImage } = world();
    const first = newWorkload(app, 1, goodImage, { secret: { KEY: 'first' } });
    await Promise.all([cluster.createWorkload(first), cluster.createWorkload(first)]);
    const other = { ...releaseOf(1, goodImage), change: 'another' };
    await cluster.createWorkload(
      newWorkload(app, 1, goodImage, { release: other, replicas: 3, secret: { KEY: 'second' } }),
    );
    const [workload, ...more] = await cluster.listWorkloads(refOf(app));
    expect(more).toEqual([]);
    expect(workload).toMatchObject({ release: first.release, replicas: 1 });
    expect(await world().environmentOf(app, 1)).toMatchObject({ KEY: 'first' });
  });

  test('its processes are given the environment and the secret as they are, hostile values too', async () => {
    const app = await newApp(world, { env: { ...hostileValues, BOTH: 'environment' } });
    const secret = Object.fromEntries(Object.entries(hostileValues).map(([key, text]) => [`S_${key}`, text]));
    await startWorkload(world, app, 1, world().goodImage, {
      secret: { ...secret, BOTH: 'secret', PORT: '1' },
    });
    const given = await world().environmentOf(app, 1);
    expect(given).toMatchObject({ ...hostileValues, ...secret, BOTH: 'secret' });
    expect(Number(given.PORT)).toBeGreaterThan(1);
  });

  test("a later change of the App's Secret does not reach a Workload", async () => {
    const app = await newApp(world, { secret: 'web-env' });
    const { cluster } = world();
    await cluster.writeSecret(app.namespace, 'web-env', { KEY: 'then' });
    const secret = (await cluster.readSecret(app.namespace, 'web-env')) ?? {};
    await startWorkload(world, app, 1, world().goodImage, { secret });
    await cluster.writeSecret(app.namespace, 'web-env', { KEY: 'now', MORE: '1' });
    const given = await world().environmentOf(app, 1);
    expect(given.KEY).toBe('then');
    expect(given).not.toHaveProperty('MORE');
  });

  test('it is complete when all its pods were ready for long enough', async () => {
    const app = await newApp(world);
    await startWorkload(world, app, 1, world().goodImage, { replicas: 2 });
    await world().makeReady(app, 1);
    await eventually(async () =>
      expect(await readWorkload(world, app, 1)).toMatchObject({ available: 2, progress: 'complete' }),
    );
  });

  test('a Workload whose pods crash is never available and misses its deadline', async () => {
    const app = await newApp(world);
    await startWorkload(world, app, 1, world().crashingImage, { pod: { progressDeadlineSeconds: 2 } });
    await world().makeCrash(app, 1);
    await eventually(async () =>
      expect(await readWorkload(world, app, 1)).toMatchObject({
        available: 0,
        progress: 'deadline exceeded',
      }),
    );
  });

  test('what is named of it is changed or removed, what is not named stays', async () => {
    const app = await newApp(world);
    await startWorkload(world, app, 1, world().goodImage);
    const standbySince = new Date('2026-01-02T03:04:05.678Z');
    const standby = await update(app, 1, { standbySince, outcome: 'deployed', pinnedBy: 'Änn "x"\n' });
    expect(standby).toMatchObject({ standbySince, outcome: 'deployed', pinnedBy: 'Änn "x"\n', replicas: 1 });
    const retired = await update(app, 1, { replicas: 0 });
    expect(retired).toMatchObject({ standbySince, outcome: 'deployed', pinnedBy: 'Änn "x"\n', replicas: 0 });
    const claimed = await update(app, 1, { standbySince: null, pinnedBy: null });
    expect(claimed).toMatchObject({
      outcome: 'deployed',
      replicas: 0,
      release: releaseOf(1, world().goodImage),
    });
    expect(claimed.standbySince).toBeUndefined();
    expect(claimed.pinnedBy).toBeUndefined();
    const read = await readWorkload(world, app, 1);
    expect(read).toMatchObject({ outcome: 'deployed', replicas: 0 });
    expect(read.standbySince).toBeUndefined();
  });

  test('a Workload scaled to 0 loses its pods and gets them again', async () => {
    const app = await newApp(world);
    const { cluster } = world();
    await startWorkload(world, app, 1, world().goodImage);
    await world().makeReady(app, 1);
    await update(app, 1, { replicas: 0 });
    await eventually(async () => expect(await cluster.listPods(refOf(app), 1)).toEqual([]));
    await eventually(async () => expect((await readWorkload(world, app, 1)).available).toBe(0));
    await update(app, 1, { replicas: 2 });
    await world().makeReady(app, 1);
    await eventually(async () => expect((await readWorkload(world, app, 1)).available).toBe(2));
  });

  test('of two that change the same state of a Workload at most one wins', async () => {
    const app = await newApp(world);
    const { cluster } = world();
    await startWorkload(world, app, 1, world().goodImage, { replicas: 0 });
    const won = await onFreshWorkload(world, app, 1, async (workload) => {
      const writes = await winners(
        ['ann', 'bob'].map((pinnedBy) => cluster.updateWorkload(workload, { pinnedBy })),
      );
      if (writes.length === 0) throw new ConflictError('the cluster itself wrote in between');
      return writes;
    });
    expect(won).toHaveLength(1);
    expect((await readWorkload(world, app, 1)).pinnedBy).toBe(won[0]?.pinnedBy);
  });

  test('a claim in between saves a Workload from being deleted', async () => {
    const app = await newApp(world);
    const { cluster } = world();
    await startWorkload(world, app, 1, world().goodImage, { replicas: 0 });
    const found = await update(app, 1, { standbySince: new Date(0) });
    await update(app, 1, { standbySince: null });
    await expect(cluster.deleteWorkload(found)).rejects.toThrow(ConflictError);
    await expect(cluster.updateWorkload(found, { replicas: 0 })).rejects.toThrow(ConflictError);
    expect((await readWorkload(world, app, 1)).standbySince).toBeUndefined();
  });

  test('a deleted Workload is gone with its pods, can be deleted again, and cannot be changed', async () => {
    const app = await newApp(world);
    const { cluster } = world();
    await startWorkload(world, app, 1, world().goodImage);
    await startWorkload(world, app, 2, world().goodImage);
    await world().makeReady(app, 1);
    const deleted = await onFreshWorkload(world, app, 1, async (workload) => {
      await cluster.deleteWorkload(workload);
      return workload;
    });
    expect(await cluster.getWorkload(refOf(app), 1)).toBeUndefined();
    expect((await cluster.listWorkloads(refOf(app))).map(({ release }) => release.number)).toEqual([2]);
    await cluster.deleteWorkload(deleted);
    await expect(cluster.updateWorkload(deleted, { replicas: 1 })).rejects.toThrow(ConflictError);
    await eventually(async () => expect(await cluster.listPods(refOf(app), 1)).toEqual([]));
  });

  test('Workloads are listed of one App or of all', async () => {
    const one = await newApp(world);
    const { cluster, goodImage } = world();
    const beside = await cluster.createApp(
      { namespace: one.namespace, name: 'web-r1' },
      specOf(one.namespace),
    );
    const two = await newApp(world);
    const wanted = [
      [one, 1],
      [one, 10],
      [beside, 1],
      [two, 1],
    ] as const;
    for (const [app, number] of wanted) await startWorkload(world, app, number, goodImage, { replicas: 0 });
    const numbers = async (app: typeof one) =>
      (await cluster.listWorkloads(refOf(app))).map(({ release }) => release.number).sort((a, b) => a - b);
    expect(await numbers(one)).toEqual([1, 10]);
    expect(await numbers(beside)).toEqual([1]);
    const all = (await cluster.listWorkloads()).map(
      ({ app, release }) => `${app.namespace}/${app.name} ${release.number}`,
    );
    for (const [app, number] of wanted) expect(all).toContain(`${app.namespace}/${app.name} ${number}`);
  });

  test('what can never run is refused and leaves no Workload', async () => {
    const app = await newApp(world);
    const { cluster, goodImage } = world();
    const elsewhere = { ...app, namespace: freshNamespace() };
    await expect(cluster.createWorkload(newWorkload(elsewhere, 1, goodImage))).rejects.toThrow(InvalidError);
    await expect(cluster.createWorkload(newWorkload(app, 1, goodImage, { replicas: -1 }))).rejects.toThrow(
      InvalidError,
    );
    expect(await cluster.getWorkload(refOf(app), 1)).toBeUndefined();
  });
}
