import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answering, deafToSigterm, graceful } from './apps.ts';
import { eventually, podWorlds } from './pod-world.ts';
import { isAlive, putImage } from './world.ts';

const world = podWorlds();

const answerOf = async (port = 0) => (await fetch(`http://127.0.0.1:${port}/`)).text();

test('a pod that is ready answers on its own port, through the Service that selects it alone', async () => {
  await world().machine.start();
  await world().deploy(answering('first'), { replicas: 2 });
  await world().deploy(answering('second'), { release: 2 });
  await world().ready(1, 2);
  await world().ready(2);
  expect(world().machine.readyEndpoints(world().app)).toEqual([]);
  const first = await world().select(1, 2);
  expect(new Set(first.map(({ port }) => port)).size).toBe(2);
  expect(await Promise.all(first.map(({ port }) => answerOf(port)))).toEqual(['first', 'first']);
  const second = await world().select(2);
  expect(second).toEqual([expect.objectContaining({ release: 2, host: '127.0.0.1' })]);
  expect(await answerOf(second[0]?.port)).toBe('second');
  await eventually(async () =>
    expect((await world().cluster.getService(world().app))?.endpoints).toEqual([2]),
  );
});

test('a pod that crashes is started again, later each time, and says why', async () => {
  await world().machine.start();
  await world().deploy('console.log("started"); process.exit(3)');
  await eventually(async () => expect((await world().pod()).restarts).toBeGreaterThan(2));
  await eventually(async () =>
    expect(await world().pod()).toMatchObject({
      phase: 'Running',
      ready: false,
      reason: 'CrashLoopBackOff',
      message: expect.stringMatching(/^back-off \d+ms restarting failed container: exit code 3$/),
    }),
  );
  expect((await world().logOf()).match(/started/g)?.length).toBeGreaterThan(2);
});

test('a pod that was asked to end may finish, and is out of the endpoints before', async () => {
  await world().machine.start();
  const file = join(world().dir, 'ending');
  await world().deploy(graceful(file), { terminationGracePeriodSeconds: 30 });
  await world().ready();
  await world().select(1);
  await world().scale(0);
  await eventually(async () => expect(await world().pods()).toEqual([]));
  expect(readFileSync(file, 'utf8')).toBe('asked, ended');
  expect(world().machine.readyEndpoints(world().app)).toEqual([]);
});

test('a pod that ignores SIGTERM is killed after its grace period', async () => {
  await world().machine.start();
  await world().deploy(deafToSigterm, { terminationGracePeriodSeconds: 1 });
  await world().ready();
  const [pid = 0] = await eventually(() => {
    const found = world().pids();
    expect(found).toHaveLength(1);
    return found;
  });
  await world().scale(0);
  await eventually(async () => expect(await world().logOf()).toContain('asked to end'));
  expect(isAlive(pid)).toBe(true);
  await eventually(() => expect(isAlive(pid)).toBe(false));
  await eventually(async () => expect(await world().pods()).toEqual([]));
});

test('a Workload scaled to 0 and back runs again', async () => {
  await world().machine.start();
  await world().deploy(answering('back'), { replicas: 2 });
  await world().ready(1, 2);
  await world().scale(0);
  await eventually(async () => expect(await world().pods()).toEqual([]));
  expect(world().pids()).toEqual([]);
  await world().scale(1);
  await world().ready(1, 1);
  await eventually(async () => expect(await world().workload()).toMatchObject({ available: 1 }));
});

test('an image that is not there is waited for, and the pod says so', async () => {
  await world().machine.start();
  await world().want(`local/acme/shop@sha256:${'0'.repeat(64)}`);
  await eventually(async () =>
    expect(await world().pod()).toMatchObject({
      phase: 'Pending',
      ready: false,
      restarts: 0,
      reason: 'ImagePullBackOff',
      message: expect.stringMatching(/^Back-off pulling image .* is not in the image folder/),
    }),
  );
});

test('a command that cannot be started is told', async () => {
  await world().machine.start();
  await world().want(await putImage(world().dir, { 'server.js': '' }, { command: ['no-such-program'] }));
  await eventually(async () =>
    expect(await world().pod()).toMatchObject({
      phase: 'Pending',
      reason: 'CreateContainerError',
      message: expect.stringContaining('no-such-program'),
    }),
  );
});

test('what a pod writes into its folder changes neither the image nor its siblings', async () => {
  await world().machine.start();
  const image = await putImage(world().dir, {
    'server.js': `require('node:fs').appendFileSync('count', 'x'); ${answering('x')}`,
    count: '',
  });
  await world().want(image, 1, { replicas: 2 });
  await world().ready(1, 2);
  await world().want(image, 2);
  await world().ready(2);
  const rootfs = join(world().dir, 'images', 'sha256', image.split('sha256:')[1] ?? '', 'rootfs');
  expect(readFileSync(join(rootfs, 'count'), 'utf8')).toBe('');
});

test('the environment of a pod holds nothing of the platform', async () => {
  process.env.PLATFORM_TOKEN = 'not for apps';
  try {
    await world().machine.start();
    await world().deploy(`console.log(JSON.stringify(process.env)); ${answering('x')}`, {
      env: { OWN: 'yes' },
    });
    await world().ready();
    const env = JSON.parse(await world().logOf()) as Record<string, string>;
    expect(
      Object.keys(env)
        .filter((name) => name !== '_')
        .sort(),
    ).toEqual(['CITE_POD', 'HOME', 'LANG', 'OWN', 'PATH', 'PORT', 'TMPDIR'].sort());
    expect(existsSync(env.HOME ?? '')).toBe(true);
  } finally {
    delete process.env.PLATFORM_TOKEN;
  }
});
