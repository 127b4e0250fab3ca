import { expect, test } from 'vitest';
import { freshNamespace, newApp, refOf, type World } from './world.ts';

export function routesContract(world: World): void {
  const hosts = () => ['one', 'two'].map((name) => `${name}.${freshNamespace()}.example.com`);

  test('an App without hosts has no routes', async () => {
    expect(await world().cluster.ensureRoutes(await newApp(world), [])).toEqual([]);
  });

  test('every host has its Route, which says how it stands', async () => {
    const wanted = hosts();
    const routes = await world().cluster.ensureRoutes(await newApp(world), wanted);
    expect(routes.map(({ host }) => host)).toEqual(wanted);
    for (const { state, reason, message } of routes) {
      expect(['ready', 'pending', 'failed']).toContain(state);
      expect(reason).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(message).toMatch(/\S.*\.$/);
    }
  });

  test('routes that are wanted again are the same', async () => {
    const app = await newApp(world);
    const wanted = hosts();
    const routes = await world().cluster.ensureRoutes(app, wanted);
    expect(await world().cluster.ensureRoutes(app, wanted)).toEqual(routes);
  });

  test('hosts are given up as often as one likes, also by an App that had none', async () => {
    const app = await newApp(world);
    await world().cluster.releaseHosts(refOf(app));
    await world().cluster.ensureRoutes(app, hosts());
    await world().cluster.releaseHosts(refOf(app));
    await world().cluster.releaseHosts(refOf(app));
  });

  test('a load balancer that is not there leads nowhere, and says what is missing', async () => {
    const app = await newApp(world, { expose: 'load-balancer' });
    await world().cluster.ensureService(app);
    const route = await world().cluster.loadBalancer(refOf(app));
    expect(route).toMatchObject({ host: '', message: expect.stringMatching(/load balancer/) });
    expect(route.state).not.toBe('ready');
    expect(route.url).toBeUndefined();
  });
}
