import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ConflictError, InvalidError } from '../../../shared/domain/errors.ts';
import type { Service } from '../../../shared/domain/workload.ts';
import { eventually, newApp, refOf, startWorkload, type World, winners } from './world.ts';

/** The part that a switch decides by; endpoints follow in their own time. */
const switchOf = ({ live, epoch, previous, switchedAt }: Service) => ({ live, epoch, previous, switchedAt });

export function servicesContract(world: World): void {
  const at = new Date('2026-01-02T03:04:05.678Z');
  const later = new Date('2026-01-02T03:04:06.789Z');
  const getService = async (app: { namespace: string; name: string }) => {
    const service = await world().cluster.getService(refOf(app));
    if (!service) throw new Error('the Service is gone');
    return service;
  };
  const newService = async (spec: Parameters<typeof newApp>[1] = {}) => {
    const app = await newApp(world, spec);
    await world().cluster.ensureService(app);
    return { app, service: await getService(app) };
  };

  test('a Service that is not there is undefined and nobody else has its name', async () => {
    const app = await newApp(world);
    expect(await world().cluster.getService(refOf(app))).toBeUndefined();
    expect(await world().cluster.foreignService(refOf(app))).toBe(false);
  });

  test('a Service is born selecting nothing', async () => {
    const { app, service } = await newService();
    expect(service.app).toEqual(refOf(app));
    expect(service.live).toBeUndefined();
    expect(service.previous).toBeUndefined();
    expect(service.switchedAt).toBeUndefined();
    expect(service.endpoints).toEqual([]);
    expect(Number.isSafeInteger(service.epoch)).toBe(true);
    expect(service.address.host).not.toBe('');
    expect(service.address.port).toBeGreaterThan(0);
    expect(await world().cluster.foreignService(refOf(app))).toBe(false);
  });

  test('a Service that two make at once is made once', async () => {
    const app = await newApp(world);
    const { cluster } = world();
    await Promise.all([cluster.ensureService(app), cluster.ensureService(app), cluster.ensureService(app)]);
    expect((await getService(app)).live).toBeUndefined();
  });

  test('making it again never moves what it selects', async () => {
    const { app, service } = await newService();
    const { cluster } = world();
    const second = await cluster.switchService(await cluster.switchService(service, 1, at), 2, later);
    await cluster.ensureService(app);
    await cluster.ensureService({ ...app, spec: { ...app.spec, port: 9999 } });
    expect(switchOf(await getService(app))).toEqual(switchOf(second));
  });

  test('a switch makes the release live, raises the epoch and keeps what was live before', async () => {
    const { app, service } = await newService();
    const { cluster } = world();
    const first = await cluster.switchService(service, 1, at);
    expect(switchOf(first)).toEqual({
      live: 1,
      epoch: service.epoch + 1,
      previous: undefined,
      switchedAt: at,
    });
    const second = await cluster.switchService(first, 12, later);
    expect(switchOf(second)).toEqual({ live: 12, epoch: service.epoch + 2, previous: 1, switchedAt: later });
    expect(switchOf(await getService(app))).toEqual(switchOf(second));
    const back = await cluster.switchService(second, 1, later);
    expect(switchOf(back)).toEqual({ live: 1, epoch: service.epoch + 3, previous: 12, switchedAt: later });
  });

  test('of those that switch from the same state exactly one wins', async () => {
    const { app, service } = await newService();
    const { cluster } = world();
    const won = await winners([2, 3, 4, 5].map((to) => cluster.switchService(service, to, at)));
    expect(won).toHaveLength(1);
    expect(switchOf(await getService(app))).toEqual(won.map(switchOf)[0]);
  });

  test('a switch from an older state fails even where the same release is live again', async () => {
    const { app, service } = await newService();
    const { cluster } = world();
    const one = await cluster.switchService(service, 1, at);
    const two = await cluster.switchService(one, 2, at);
    const again = await cluster.switchService(two, 1, at);
    await expect(cluster.switchService(one, 3, later)).rejects.toThrow(ConflictError);
    expect(switchOf(await getService(app))).toEqual(switchOf(again));
  });

  test('a raised epoch makes a switch that is under way fail and changes nothing else', async () => {
    const { app, service } = await newService();
    const { cluster } = world();
    const stale = await cluster.switchService(await cluster.switchService(service, 1, at), 2, later);
    const raised = await cluster.raiseEpoch(stale);
    expect(switchOf(raised)).toEqual({ ...switchOf(stale), epoch: stale.epoch + 1 });
    await expect(cluster.switchService(stale, 3, later)).rejects.toThrow(ConflictError);
    await expect(cluster.raiseEpoch(stale)).rejects.toThrow(ConflictError);
    expect(switchOf(await getService(app))).toEqual(switchOf(raised));
    expect((await cluster.switchService(raised, 3, later)).live).toBe(3);
  });

  test('a Service that was deleted and made anew never has the epoch again that the one before it had', async () => {
    const { app, service } = await newService();
    const { cluster } = world();
    const stale = await cluster.raiseEpoch(service);
    await cluster.deleteService(refOf(app));
    // Of another moment, as a person's deletion and what answers it are.
    await sleep(5);
    await cluster.ensureService(app);
    const anew = await cluster.raiseEpoch(await getService(app));
    await expect(cluster.switchService(stale, 1, at)).rejects.toThrow(ConflictError);
    expect(switchOf(await getService(app))).toEqual(switchOf(anew));
  });

  test('of two that raise the epoch from the same state exactly one wins', async () => {
    const { service } = await newService();
    const { cluster } = world();
    expect(await winners([cluster.raiseEpoch(service), cluster.raiseEpoch(service)])).toHaveLength(1);
  });

  test('a deleted Service is gone, can be deleted again, and cannot be switched', async () => {
    const { app, service } = await newService();
    const { cluster } = world();
    await cluster.deleteService(refOf(app));
    await cluster.deleteService(refOf(app));
    expect(await cluster.getService(refOf(app))).toBeUndefined();
    await expect(cluster.switchService(service, 1, at)).rejects.toThrow(ConflictError);
    await expect(cluster.raiseEpoch(service)).rejects.toThrow(ConflictError);
    expect(await cluster.getService(refOf(app))).toBeUndefined();
  });

  test("somebody else's Service is seen as such and never touched", async () => {
    const app = await newApp(world);
    const { cluster } = world();
    await world().makeForeignService(refOf(app));
    expect(await cluster.foreignService(refOf(app))).toBe(true);
    expect(await cluster.getService(refOf(app))).toBeUndefined();
    await expect(cluster.ensureService(app)).rejects.toThrow(InvalidError);
    await cluster.deleteService(refOf(app));
    expect(await cluster.foreignService(refOf(app))).toBe(true);
  });

  test("all of Cite's Services are listed as they select, and nobody else's", async () => {
    const one = await newService();
    const two = await newService();
    const foreign = await newApp(world);
    await world().makeForeignService(refOf(foreign));
    const { cluster } = world();
    await cluster.switchService(await cluster.switchService(two.service, 1, at), 2, later);
    const listed = await cluster.listServices();
    const of = (app: { namespace: string; name: string }) =>
      listed.filter((service) => service.app.namespace === app.namespace && service.app.name === app.name);
    for (const { app } of [one, two]) {
      const { endpoints: _endpoints, address: _address, ...selector } = await getService(app);
      expect(of(app)).toEqual([selector]);
    }
    expect(of(foreign)).toEqual([]);
  });

  test('the endpoints of a Service are the ready pods of the release that is live', async () => {
    const { app, service } = await newService({ replicas: 2 });
    const { cluster, goodImage } = world();
    await startWorkload(world, app, 1, goodImage, { replicas: 2 });
    await startWorkload(world, app, 2, goodImage, { replicas: 1 });
    await Promise.all([world().makeReady(app, 1), world().makeReady(app, 2)]);
    expect((await getService(app)).endpoints).toEqual([]);
    const first = await cluster.switchService(service, 1, at);
    await eventually(async () => expect((await getService(app)).endpoints).toEqual([1, 1]));
    await cluster.switchService(first, 2, later);
    await eventually(async () => expect((await getService(app)).endpoints).toEqual([2]));
  });
}
