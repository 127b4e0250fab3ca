import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudEvent } from 'cloudevents';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storedEvent } from '../../scripts/local/broker/event.ts';
import { openSystems } from '../../scripts/local/ports.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { functions } from '../functions/scenes/functions.ts';
import { silent } from '../functions/scenes/systems.ts';
import type { App } from './app.ts';
import { answering, mortal } from './files.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

let world: World;
let systems: ReturnType<typeof openSystems>;
beforeAll(async () => {
  world = await openWorld();
  systems = openSystems(world.dir, world.port, () => new Date());
});
afterAll(async () => {
  await systems.close();
  await world.close();
});

/** What the schedule sends every five minutes, sent now to the function in the same data folder. */
async function tick(): Promise<void> {
  const event = new CloudEvent({ type: 'dev.knative.sources.ping', source: '/pingsources/resync' });
  const ports = { ...systems, log: silent } as unknown as Ports;
  expect(await functions(ports).deliver('probeStandby', storedEvent(event))).toMatchObject({ status: 204 });
}

const noteOf = async (app: App) => (await app.releases()).find(({ number }) => number === 1)?.note;
const rollbackOf = async (app: App) => (await app.show()).body.status.rollback;

test('a standby that broke says so before it is needed, and that it is well again', SCENES, async () => {
  const body = join(world.dir, 'body');
  const becomes = (state: string) => writeFileSync(join(body, state), '');
  const recovers = (state: string) => rmSync(join(body, state));
  mkdirSync(body);
  // Asked so seldom that only the check finds it out.
  const readiness = { http: { path: '/health' }, periodSeconds: 120 };
  const { repository, app } = await world.anApp(mortal('v1'), { readiness, env: { BODY: body } });
  await app.untilLive('v1');
  await repository.push(answering('v2'));
  await app.untilLive('v2');
  await app.untilSettled();

  await tick();
  expect(await noteOf(app)).toMatch(/^standby until .* UTC, rollback ready, checked \d+ s ago$/);
  expect(await rollbackOf(app)).toBe('r1 ready');

  becomes('sick');
  await tick();
  const sick = /would not take over: pod \S+: GET \/health answered 500, checked \d+ s ago/;
  expect(await noteOf(app)).toMatch(sick);
  expect(await rollbackOf(app)).toBe('r1 broken');
  expect((await world.cite('releases', app.address)).out).toMatch(sick);
  expect((await world.cite('status')).out).toContain(`${app.address} r1`);
  expect(await app.visit()).toBe('v2');

  recovers('sick');
  await tick();
  expect(await noteOf(app)).toContain('rollback ready');

  becomes('dead');
  await until(
    'its process has ended',
    () => app.releases(),
    (all) => all.find(({ number }) => number === 1)?.pods.ready === 0,
  );
  await tick();
  expect(await noteOf(app)).toMatch(/would not take over: 0 of 1 pods are ready/);
  const asked = await world.cite('activate', app.address, 'r1');
  expect(asked.out).toMatch(
    /\nwarning: r1 would not have taken over when it was checked \d+ s ago: 0 of 1 pods/,
  );
  expect(await app.visit()).toBe('v2');

  recovers('dead');
  await app.untilLive('v1');
  await tick();
  expect(await rollbackOf(app)).toBe('r2 ready');
});
