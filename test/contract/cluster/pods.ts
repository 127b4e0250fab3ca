import { isIP } from 'node:net';
import { expect, test } from 'vitest';
import { eventually, newApp, refOf, startWorkload, textOf, type World } from './world.ts';

export function podsContract(world: World): void {
  const readyPod = async () => {
    const app = await newApp(world);
    await startWorkload(world, app, 1, world().goodImage);
    await world().makeReady(app, 1);
    const [pod] = await world().cluster.listPods(refOf(app), 1);
    if (!pod) throw new Error('there is no pod');
    return pod;
  };

  test('an App without Workloads has no pods', async () => {
    expect(await world().cluster.listPods(refOf(await newApp(world)))).toEqual([]);
  });

  test('pods are listed of one release or of all of the App', async () => {
    const app = await newApp(world);
    const { cluster, goodImage } = world();
    await startWorkload(world, app, 1, goodImage, { replicas: 2 });
    await startWorkload(world, app, 11, goodImage, { replicas: 1 });
    await Promise.all([world().makeReady(app, 1), world().makeReady(app, 11)]);
    const all = await cluster.listPods(refOf(app));
    expect(all.map(({ release }) => release).sort((a, b) => a - b)).toEqual([1, 1, 11]);
    expect(new Set(all.map(({ name }) => name)).size).toBe(3);
    for (const pod of all) {
      expect(pod).toMatchObject({ app: refOf(app), phase: 'Running', ready: true, restarts: 0 });
      expect(pod.reason).toBeUndefined();
      const { host, port, authority } = pod.address ?? {};
      expect([isIP(host ?? ''), authority]).toEqual([4, `${host}:${port}`]);
    }
    expect(new Set(all.map(({ address }) => address?.authority)).size).toBe(3);
    const ofFirst = await cluster.listPods(refOf(app), 1);
    expect(ofFirst.map(({ release }) => release)).toEqual([1, 1]);
    expect(await cluster.listPods(refOf(app), 2)).toEqual([]);
  });

  test('a pod that crashes says so in the words of Kubernetes', async () => {
    const app = await newApp(world);
    await startWorkload(world, app, 1, world().crashingImage);
    await world().makeCrash(app, 1);
    await eventually(async () => {
      const [pod] = await world().cluster.listPods(refOf(app), 1);
      expect(pod).toMatchObject({ ready: false, reason: 'CrashLoopBackOff' });
      expect(pod?.restarts).toBeGreaterThan(0);
      expect(pod?.message).not.toBe('');
    });
  });

  test('the log of a pod is what it printed', async () => {
    const pod = await readyPod();
    await eventually(async () =>
      expect(await textOf(world().cluster.podLog(pod, {}))).toBe(world().goodOutput),
    );
  });

  test('the tail of a log is its last lines', async () => {
    const pod = await readyPod();
    const lastTwo = world().goodOutput.trimEnd().split('\n').slice(-2).join('\n');
    await eventually(async () =>
      expect(await textOf(world().cluster.podLog(pod, { tail: 2 }))).toBe(`${lastTwo}\n`),
    );
  });

  test('a log that is followed goes on until the signal ends it', async () => {
    const pod = await readyPod();
    const stop = new AbortController();
    let text = '';
    for await (const part of world().cluster.podLog(pod, { follow: true, signal: stop.signal })) {
      text += part;
      if (text.length >= world().goodOutput.length) stop.abort();
    }
    expect(text).toBe(world().goodOutput);
  });

  test('a pod that is gone has no log', async () => {
    const pod = await readyPod();
    expect(await textOf(world().cluster.podLog({ ...pod, name: `${pod.name}-x` }, {}))).toBe('');
  });
}
