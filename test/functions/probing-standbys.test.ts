import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudEvent } from 'cloudevents';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { storedEvent } from '../../scripts/local/broker/event.ts';
import { appLabels } from '../../scripts/local/cluster/records/labels.ts';
import { httpProbe } from '../../shared/adapters/http-probe/probe.ts';
import type { App } from '../../shared/domain/app.ts';
import { DeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import type { AppEvent, Cluster } from '../../shared/ports/cluster.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { minutesAfterNoon } from '../support/facts.ts';
import { givenApp } from './console/world.ts';
import { functions } from './scenes/functions.ts';
import { kubelet } from './scenes/kubelet.ts';
import { openSystems, silent } from './scenes/systems.ts';

/** Real store and records, real requests; a pod is a server of the test's own. */
let world: Awaited<ReturnType<typeof openWorld>>;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

async function openWorld() {
  let minutes = 0;
  const clock = () => minutesAfterNoon(minutes);
  const systems = openSystems(clock);
  const { cluster, store, records } = systems;
  const machine = kubelet(records, clock);
  const app = { status: 200, asked: 0 };
  const server = createServer((_request, response) => {
    app.asked++;
    response.writeHead(app.status).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const authority = `127.0.0.1:${port}`;
  const told: AppEvent[] = [];

  return {
    ...systems,
    machine,
    app,
    /** Of each id the first, as a cluster keeps Events. */
    told,
    now: () => clock().getTime(),
    pass: (more: number) => {
      minutes += more;
    },
    /** r1 on standby, r2 live, each with pods that answer. */
    async standby(of: { namespace?: string; pods?: number } = {}): Promise<App> {
      const { namespace = 'acme', pods = 1 } = of;
      const readiness = { http: { path: '/health' } };
      const given = await givenApp(systems, {
        ref: { namespace, name: 'shop' },
        spec: { readiness, replicas: pods },
        releases: [
          { outcome: 'deployed', standbySince: clock(), pods },
          { outcome: 'deployed', pods },
        ],
        live: 2,
      });
      for (const release of [1, 2]) {
        machine.ready(given, release);
        for (let i = 0; i < pods; i++) {
          const pod = { namespace, name: `shop-r${release}-${i}` };
          const body = { app: { namespace, name: 'shop' }, release, phase: 'Running', restarts: 0 } as const;
          const address = { host: '127.0.0.1', port, authority };
          records.insert('Pod', pod, appLabels(given, release), { ...body, ready: true, address });
        }
      }
      return given;
    },
    async tick(meddle: Partial<Ports> = {}): Promise<void> {
      const witness: Partial<Cluster> = {
        async recordEvent(_app, event) {
          if (!told.some(({ id }) => id === event.id)) told.push(event);
        },
      };
      const ports = { store, probe: httpProbe, clock, log: silent, ...meddle } as Ports;
      const all = { ...cluster, ...witness, ...meddle.cluster };
      const event = new CloudEvent({ type: 'dev.knative.sources.ping', source: '/pingsources/resync' });
      const answer = await functions({ ...ports, cluster: all }).deliver('probeStandby', storedEvent(event));
      expect(answer).toEqual({ status: 204, body: '' });
    },
    check: async ({ uid }: App) => store.getStandbyCheck(uid, 1),
    rollback: async (ref: App) => (await cluster.getApp(ref))?.status.rollback,
    async close() {
      server.close();
      await systems.close();
    },
  };
}

test('a standby that answers is ready, and nothing is told; what is live is not asked', async () => {
  const app = await world.standby({ pods: 2 });
  await world.tick();
  expect(await world.check(app)).toEqual({ app: app.uid, release: 1, at: minutesAfterNoon(0).toISOString() });
  expect(await world.rollback(app)).toBe('r1 ready');
  expect(world.app.asked).toBe(2);
  expect(world.told).toEqual([]);
});

test('one that broke is told of once, and once when it is well again, as often as that happens', async () => {
  const app = await world.standby();
  for (const status of [200, 500, 500, 200, 200, 503]) {
    world.app.status = status;
    await world.tick();
    expect(await world.rollback(app)).toBe(status === 200 ? 'r1 ready' : 'r1 broken');
    world.pass(5);
  }
  const reason = 'pod shop-r1-0: GET /health answered';
  expect((await world.check(app))?.fault).toBe(`${reason} 503`);
  expect(world.told.map(({ type, message }) => [type, message])).toEqual([
    ['Warning', `r1 is on standby and would not take over: ${reason} 500`],
    ['Normal', 'r1 would take over again.'],
    ['Warning', `r1 is on standby and would not take over: ${reason} 503`],
  ]);
});

test('what is as it was changes no App, whatever its words: each write wakes createService', async () => {
  const app = await world.standby();
  world.app.status = 500;
  await world.tick();
  const { resourceVersion } = (await world.cluster.getApp(app)) as App;
  const workload = await world.cluster.getWorkload(app, 1);
  world.pass(5);
  world.app.status = 503;
  await world.tick();
  expect((await world.check(app))?.fault).toContain('503');
  expect((await world.cluster.getApp(app))?.resourceVersion).toBe(resourceVersion);
  expect(await world.cluster.getWorkload(app, 1)).toEqual(workload);
});

test('killed between the Event and the check it tells the same Event again', async () => {
  const app = await world.standby();
  await world.tick();
  world.pass(5);
  world.app.status = 500;
  const saveStandbyCheck = () => Promise.reject(new RetryableError('killed'));
  await world.tick({ store: { ...world.store, saveStandbyCheck } });
  expect(world.told).toHaveLength(1);
  expect(await world.rollback(app)).toBe('r1 ready');
  world.pass(1);
  await world.tick();
  expect(world.told).toHaveLength(1);
  expect(await world.rollback(app)).toBe('r1 broken');
});

test('one that was swept or claimed while it was looked at has not broken', async () => {
  const app = await world.standby();
  await world.tick();
  for (const change of [{ replicas: 0 }, { replicas: 1, standbySince: null }]) {
    const listPods: Cluster['listPods'] = async () => {
      const workload = await world.cluster.getWorkload(app, 1);
      if (workload) await world.cluster.updateWorkload(workload, change);
      return [];
    };
    await world.tick({ cluster: { listPods } as unknown as Cluster });
    expect((await world.check(app))?.fault).toBeUndefined();
  }
  expect(world.told).toEqual([]);
  expect(await world.rollback(app)).toBe('none');
});

test('one that became ready, or no more, while it was looked at keeps its words', async () => {
  const app = await world.standby();
  await world.tick();
  world.app.status = 500;
  const listPods: Cluster['listPods'] = async (ref, release) => {
    world.machine.unready(app, 1);
    return world.cluster.listPods(ref, release);
  };
  await world.tick({ cluster: { listPods } as unknown as Cluster });
  expect(await world.rollback(app)).toBe('r1 ready');
  await world.tick();
  expect(await world.rollback(app)).toBe('r1 broken');
});

test.each([
  ['a right that is missing', new DeniedError('events is forbidden')],
  ['what the cluster never takes', new InvalidError('metadata.namespace', 'is gone', 'Make it.')],
])('%s for Events hides no standby that broke', async (_what, err) => {
  const app = await world.standby();
  world.app.status = 500;
  const recordEvent = () => Promise.reject(err);
  await world.tick({ cluster: { recordEvent } as unknown as Cluster });
  expect((await world.check(app))?.fault).toContain('answered 500');
  expect(await world.rollback(app)).toBe('r1 broken');
});

test('a Namespace without rights keeps no other from being checked', async () => {
  const app = await world.standby();
  const denied = await world.standby({ namespace: 'closed' });
  const listPods: Cluster['listPods'] = (ref, release) =>
    ref.namespace === 'closed'
      ? Promise.reject(new DeniedError('pods is forbidden'))
      : world.cluster.listPods(ref, release);
  await world.tick({ cluster: { listPods } as unknown as Cluster });
  expect(await world.check(app)).toBeDefined();
  expect(await world.check(denied)).toBeUndefined();
  expect([await world.rollback(app), await world.rollback(denied)]).toEqual(['r1 ready', undefined]);
});

test('after a wipe of the store it is checked anew, and what was told is not told again', async () => {
  const app = await world.standby();
  world.app.status = 500;
  await world.tick();
  world.wipe();
  expect(await world.check(app)).toBeUndefined();
  world.pass(5);
  await world.tick();
  expect((await world.check(app))?.fault).toContain('answered 500');
  expect(world.told).toHaveLength(1);
});

test('a tick ends in time however many are silent, and in the end each of them is checked', async () => {
  const apps: App[] = [];
  for (let i = 0; i < 150; i++) apps.push(await world.standby({ namespace: `silent-${i}` }));
  const unchecked = async () => {
    const checks = await Promise.all(apps.map(world.check));
    return checks.filter((check) => check === undefined).length;
  };
  // Each answer takes a second of the clock: a tick has time for fewer than all.
  const fault = async () => {
    world.pass(1 / 60);
    return 'no answer';
  };
  for (let tick = 0; tick < 6; tick++) {
    const began = world.now();
    await world.tick({ probe: { fault } });
    expect(world.now() - began, 'with what was under way at its end').toBeLessThan(100_000);
    if (tick === 0) expect(await unchecked()).toBeGreaterThan(0);
    world.pass(5 - (((world.now() - minutesAfterNoon(0).getTime()) / 60_000) % 5));
  }
  expect(await unchecked()).toBe(0);
});

test('an App with nothing on standby says so', async () => {
  const app = await givenApp(world, { releases: [{ outcome: 'deployed' }], live: 1 });
  await world.tick();
  expect(await world.rollback(app)).toBe('none');
});
