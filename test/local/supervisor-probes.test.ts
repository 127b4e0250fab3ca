import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answering, grpcHealthFrom, healthFrom } from './apps.ts';
import { eventually, podWorlds } from './pod-world.ts';

const world = podWorlds();

const linux = process.platform === 'linux';

test.runIf(linux)('an app that ignores PORT is told which port it listens on instead', async () => {
  await world().machine.start();
  const other = createServer().listen(0);
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await new Promise((resolve) => other.close(resolve));
  await world().deploy(`require('node:http').createServer().listen(${port})`, {
    progressDeadlineSeconds: 5,
    readiness: { failureThreshold: 1 },
  });
  await eventually(async () =>
    expect(await world().pod()).toMatchObject({ ready: false, reason: 'Unhealthy' }),
  );
  expect((await world().pod()).message).toMatch(
    new RegExp(`does not listen on PORT=\\d+; it listens on ${port} instead`),
  );
});

test('an app that is never ready misses its deadline', async () => {
  await world().machine.start();
  await world().deploy('setInterval(() => {}, 1000)', { progressDeadlineSeconds: 5 });
  await eventually(async () =>
    expect(await world().workload()).toMatchObject({ progress: 'deadline exceeded', available: 0 }),
  );
});

test('a slow start is waited for', async () => {
  await world().machine.start();
  await world().deploy(`setTimeout(() => { ${answering('late')} }, 1500)`, {
    readiness: { failureThreshold: 1 },
    liveness: { failureThreshold: 1 },
  });
  const [late] = await world().ready();
  expect(late).toMatchObject({ restarts: 0, phase: 'Running' });
  expect(late?.reason).toBeUndefined();
});

test('a pod that no longer answers its liveness probe is started again', async () => {
  await world().machine.start();
  const health = join(world().dir, 'health');
  writeFileSync(health, '200');
  await world().deploy(healthFrom(health), { liveness: { http: { path: '/health' }, failureThreshold: 1 } });
  await world().ready();
  writeFileSync(health, '500');
  await eventually(async () => expect((await world().pod()).restarts).toBe(1));
  writeFileSync(health, '200');
  const [again] = await world().ready();
  expect(again?.reason).toBeUndefined();
});

test.each([
  ['http', healthFrom, { http: { path: '/health' } }, '200', '503', /statuscode: 503/],
  ['grpc', grpcHealthFrom, { grpc: { service: 'shop' } }, '1', '2', /NOT_SERVING/],
] as const)(
  '%s readiness decides whether a pod gets requests',
  async (_, program, handler, well, ill, why) => {
    await world().machine.start();
    const health = join(world().dir, 'health');
    writeFileSync(health, ill);
    await world().deploy(program(health), { readiness: { ...handler, failureThreshold: 1 } });
    await eventually(async () =>
      expect(await world().pod()).toMatchObject({ ready: false, message: expect.stringMatching(why) }),
    );
    writeFileSync(health, well);
    await world().ready();
    await world().select(1);
    writeFileSync(health, ill);
    await eventually(() => expect(world().machine.readyEndpoints(world().app)).toEqual([]));
    await eventually(async () => expect(await world().pod()).toMatchObject({ ready: false, restarts: 0 }));
  },
);

test('exec readiness runs in the environment and the folder of the pod', async () => {
  await world().machine.start();
  const command = ['sh', '-c', 'test -f server.js && test -n "$PORT" && test "$WORD" = "a b" && test -f ok'];
  await world().deploy(
    'setTimeout(() => require("node:fs").writeFileSync("ok", ""), 300); setInterval(() => {}, 1000)',
    {
      env: { WORD: 'a b' },
      readiness: { exec: { command } },
    },
  );
  await world().ready();
});
