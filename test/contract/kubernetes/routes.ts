import { beforeAll, describe, expect, test } from 'vitest';
import { mergePatch } from '../../../shared/adapters/kubernetes/connection.ts';
import type { App } from '../../../shared/domain/app.ts';
import type { AppSpecInput } from '../../../shared/domain/app-spec.ts';
import { installKnativeCrds, noKnativeTypes, ROUTING } from '../../support/knative-crds.ts';
import { freshNamespace, newWorkload, refOf, specOf } from '../cluster/world.ts';
import type { ApiServer } from './api-server.ts';
import { clusterOf, DIGEST } from './world.ts';

const IMAGE = `registry.test/good@${DIGEST}`;
const mappings = { group: 'serving.knative.dev', version: 'v1beta1', plural: 'domainmappings' };
const claims = {
  group: 'networking.internal.knative.dev',
  version: 'v1alpha1',
  plural: 'clusterdomainclaims',
};

interface Listed {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly resourceVersion: string };
    readonly spec: object;
  }[];
}

export function routeTests(server: () => ApiServer): void {
  const cluster = () => clusterOf(server().kubeconfig);
  const newApp = async (name = 'web', namespace?: string): Promise<App> => {
    const at = namespace ?? freshNamespace();
    if (!namespace) await cluster().createNamespace(at, 'acme');
    return cluster().createApp({ namespace: at, name }, specOf('acme'));
  };
  const exposed = (app: App, expose: AppSpecInput['expose']) => ({
    ...app,
    spec: specOf('acme', { expose }),
  });
  const newHost = () => `shop.${freshNamespace()}.example.com`;
  const custom = () => server().connection.custom;
  const mappingsOf = async (namespace: string) =>
    ((await custom().listNamespacedCustomObject({ ...mappings, namespace })) as Listed).items;
  const claimsOf = async (namespace: string) =>
    ((await custom().listClusterCustomObject(claims)) as Listed).items.filter(
      ({ spec }) => 'namespace' in spec && spec.namespace === namespace,
    );
  const names = (items: Listed['items']) => items.map(({ metadata }) => metadata.name).sort();
  const claim = (host: string, namespace: string) =>
    custom().createClusterCustomObject({
      ...claims,
      body: {
        apiVersion: 'networking.internal.knative.dev/v1alpha1',
        kind: 'ClusterDomainClaim',
        metadata: { name: host },
        spec: { namespace },
      },
    });
  /** What Knative's controller writes of a mapping. */
  const saysOf = ({ namespace }: App, host: string, status: object) =>
    custom().patchNamespacedCustomObjectStatus(
      { ...mappings, namespace, name: host, body: { status: { observedGeneration: 1, ...status } } },
      mergePatch,
    );

  test('a cluster without Knative says so of every host', async () => {
    if ((await server().connection.raw('/apis/serving.knative.dev/v1beta1', {})).ok) return;
    const [route] = await cluster().ensureRoutes(await newApp(), ['shop.example.com']);
    expect(route).toMatchObject({ state: 'failed', reason: 'NoDomainMapping' });
    expect(route?.message).toMatch(/Install Knative Serving/);
    // An App that goes does not wait for the type.
    expect(await cluster().ensureRoutes(await newApp(), [])).toEqual([]);
  });

  test('a Namespace says which domains its Apps may have', async () => {
    const namespace = freshNamespace();
    const annotations = { 'cite.dev/owners': 'acme', 'cite.dev/domains': 'shop.example.com, *.acme.test,' };
    await server().connection.core.createNamespace({ body: { metadata: { name: namespace, annotations } } });
    expect(await cluster().namespaceDomains(namespace)).toEqual(['shop.example.com', '*.acme.test']);
    expect(await cluster().namespaceDomains(freshNamespace())).toEqual([]);
    expect(await cluster().namespaceDomains('../default')).toEqual([]);
  });

  describe.skipIf(noKnativeTypes)('with the types of Knative', () => {
    beforeAll(() => installKnativeCrds(server().connection, ROUTING));

    test('a host is claimed for the Namespace and leads to the Service of the App, which owns the mapping', async () => {
      const app = await newApp();
      const host = newHost();
      expect(await cluster().ensureRoutes(app, [host])).toMatchObject([{ host, state: 'pending' }]);
      expect(await claimsOf(app.namespace)).toMatchObject([
        {
          metadata: { name: host, labels: { 'app.kubernetes.io/managed-by': 'cite', 'cite.dev/app': 'web' } },
        },
      ]);
      expect(await mappingsOf(app.namespace)).toMatchObject([
        {
          metadata: {
            name: host,
            labels: { 'app.kubernetes.io/managed-by': 'cite', 'cite.dev/app': 'web' },
            ownerReferences: [{ kind: 'App', name: 'web', uid: app.uid }],
          },
          spec: { ref: { apiVersion: 'v1', kind: 'Service', name: 'web' } },
        },
      ]);
    });

    test('a route is ready as Knative says, at the address that it gives', async () => {
      const app = await newApp();
      const host = newHost();
      await cluster().ensureRoutes(app, [host]);
      const conditions = [{ type: 'Ready', status: 'True' }];
      await saysOf(app, host, { url: `https://${host}`, conditions });
      expect(await cluster().ensureRoutes(app, [host])).toMatchObject([
        { host, state: 'ready', url: `https://${host}` },
      ]);
    });

    test('what is in line is not written again', async () => {
      const app = await newApp();
      const host = newHost();
      await cluster().ensureRoutes(app, [host]);
      const before = [await mappingsOf(app.namespace), await claimsOf(app.namespace)];
      await cluster().ensureRoutes(app, [host]);
      expect([await mappingsOf(app.namespace), await claimsOf(app.namespace)]).toEqual(before);
    });

    test('a host that is no longer wanted is given up, the others stay', async () => {
      const app = await newApp();
      const [one, two] = [newHost(), newHost()];
      await cluster().ensureRoutes(app, [one, two]);
      await cluster().ensureRoutes(app, [two]);
      expect(names(await mappingsOf(app.namespace))).toEqual([two]);
      expect(names(await claimsOf(app.namespace))).toEqual([two]);
    });

    test('a claim whose mapping is gone is given up too', async () => {
      const app = await newApp();
      const host = newHost();
      const { namespace } = app;
      await cluster().ensureRoutes(app, [host]);
      await custom().deleteNamespacedCustomObject({ ...mappings, namespace, name: host });
      await cluster().ensureRoutes(app, []);
      expect(await claimsOf(namespace)).toEqual([]);
    });

    test('what is missing of a route, or was led elsewhere, is mended', async () => {
      const app = await newApp();
      const [one, two] = [newHost(), newHost()];
      const { namespace } = app;
      await cluster().ensureRoutes(app, [one, two]);
      await custom().deleteClusterCustomObject({ ...claims, name: one });
      const body = { spec: { ref: { name: 'other' } } };
      await custom().patchNamespacedCustomObject({ ...mappings, namespace, name: two, body }, mergePatch);
      await cluster().ensureRoutes(app, [one, two]);
      expect(names(await claimsOf(namespace))).toEqual([one, two].sort());
      for (const { spec } of await mappingsOf(namespace))
        expect(spec).toMatchObject({ ref: { name: 'web' } });
    });

    test("a host that another Namespace has claimed is left alone, and the App's others lead to it", async () => {
      const [app, rival] = [await newApp(), await newApp()];
      const [host, own] = [newHost(), newHost()];
      await cluster().ensureRoutes(rival, [host]);
      const [refused, fine] = await cluster().ensureRoutes(app, [host, own]);
      expect(refused).toMatchObject({ host, state: 'failed', reason: 'HostTaken' });
      expect(refused?.message).not.toContain(rival.namespace);
      expect(fine).toMatchObject({ host: own, state: 'pending' });
      expect(names(await mappingsOf(app.namespace))).toEqual([own]);
      await cluster().ensureRoutes(app, []);
      await cluster().releaseHosts(refOf(app));
      expect(names(await claimsOf(rival.namespace))).toEqual([host]);
    });

    test('a host of another App of the Namespace is left alone until that gives it up', async () => {
      const app = await newApp();
      const other = await newApp('other', app.namespace);
      const host = newHost();
      await cluster().ensureRoutes(other, [host]);
      const [refused] = await cluster().ensureRoutes(app, [host]);
      expect(refused).toMatchObject({ state: 'failed', reason: 'HostTaken' });
      expect(refused?.message).toContain('the App other has it');
      await cluster().ensureRoutes(app, []);
      expect(names(await mappingsOf(app.namespace))).toEqual([host]);
      await cluster().ensureRoutes(other, []);
      expect(await cluster().ensureRoutes(app, [host])).toMatchObject([{ state: 'pending' }]);
    });

    test("somebody else's mapping of the host is left alone", async () => {
      const app = await newApp();
      const { namespace } = app;
      const host = newHost();
      const body = {
        apiVersion: 'serving.knative.dev/v1beta1',
        kind: 'DomainMapping',
        metadata: { name: host, labels: { 'cite.dev/app': 'web' } },
        spec: { ref: { apiVersion: 'v1', kind: 'Service', name: 'theirs' } },
      };
      await custom().createNamespacedCustomObject({ ...mappings, namespace, body });
      const [refused] = await cluster().ensureRoutes(app, [host]);
      expect(refused).toMatchObject({ state: 'failed', reason: 'HostTaken' });
      await cluster().ensureRoutes(app, []);
      expect(await mappingsOf(namespace)).toMatchObject([{ spec: { ref: { name: 'theirs' } } }]);
      expect(await claimsOf(namespace)).toEqual([]);
    });

    test('a claim that an admin made for the Namespace is used, and stays when the App goes', async () => {
      const app = await newApp();
      const host = newHost();
      await claim(host, app.namespace);
      expect(await cluster().ensureRoutes(app, [host])).toMatchObject([{ host, state: 'pending' }]);
      await cluster().ensureRoutes(app, []);
      await cluster().releaseHosts(refOf(app));
      expect(await mappingsOf(app.namespace)).toEqual([]);
      expect(names(await claimsOf(app.namespace))).toEqual([host]);
    });

    test('of two Apps that ask for one host at once exactly one gets it', async () => {
      const apps = await Promise.all([newApp(), newApp(), newApp()]);
      const host = newHost();
      const routes = await Promise.all(apps.map((app) => cluster().ensureRoutes(app, [host])));
      expect(routes.flat().filter(({ state }) => state === 'pending')).toHaveLength(1);
      expect(routes.flat().filter(({ reason }) => reason === 'HostTaken')).toHaveLength(2);
    });

    test('an App that goes gives up its hosts, and another one may have them', async () => {
      const [app, next] = [await newApp(), await newApp()];
      const host = newHost();
      await cluster().ensureRoutes(app, [host]);
      await cluster().releaseHosts(refOf(app));
      expect(await cluster().ensureRoutes(next, [host])).toMatchObject([{ state: 'pending' }]);
    });
  });

  describe('a load balancer', () => {
    const read = ({ namespace, name }: App) =>
      server().connection.core.readNamespacedService({ namespace, name });

    test('is asked for and given back in place: address, ports and selector stay', async () => {
      const app = await newApp();
      await cluster().createWorkload(newWorkload(app, 3, IMAGE, { replicas: 0 }));
      await cluster().ensureService(app);
      const born = await cluster().getService(refOf(app));
      if (born) await cluster().switchService(born, 3, new Date());
      const before = await read(app);
      await cluster().ensureService(exposed(app, 'load-balancer'));
      const there = await read(app);
      expect(there.spec).toMatchObject({
        type: 'LoadBalancer',
        clusterIP: before.spec?.clusterIP,
        selector: before.spec?.selector,
      });
      const service = await cluster().getService(refOf(app));
      if (service) await cluster().switchService(service, 3, new Date());
      expect((await read(app)).spec?.ports).toEqual(there.spec?.ports);
      await cluster().ensureService(exposed(app, 'cluster'));
      expect((await read(app)).spec).toEqual(before.spec);
    });

    test('leads to the App once it has an address', async () => {
      const app = exposed(await newApp(), 'load-balancer');
      const { namespace, name } = app;
      await cluster().ensureService(app);
      expect(await cluster().loadBalancer(refOf(app))).toMatchObject({ host: '', state: 'pending' });
      const has = async (ingress: object) => {
        const body = { status: { loadBalancer: { ingress: [ingress] } } };
        await server().connection.core.patchNamespacedServiceStatus({ namespace, name, body }, mergePatch);
        return cluster().loadBalancer(refOf(app));
      };
      expect(await has({ ip: '192.0.2.7' })).toMatchObject({ state: 'ready', url: 'http://192.0.2.7' });
      expect(await has({ ip: '2001:db8::7' })).toMatchObject({ url: 'http://[2001:db8::7]' });
      expect(await has({ hostname: 'lb.example.com' })).toMatchObject({ url: 'http://lb.example.com' });
    });
  });

  test('a switch brings the port of the release with it, by its number', async () => {
    const app = await newApp();
    const { namespace, name } = app;
    for (const [release, port] of [
      [1, 3000],
      [2, 4000],
    ] as const)
      await cluster().createWorkload(newWorkload(app, release, IMAGE, { replicas: 0, pod: { port } }));
    await cluster().ensureService(app);
    const portOf = async () =>
      (await server().connection.core.readNamespacedService({ namespace, name })).spec?.ports;
    const switchTo = async (release: number) => {
      const service = await cluster().getService(refOf(app));
      if (service) await cluster().switchService(service, release, new Date());
      return portOf();
    };
    expect(await portOf()).toMatchObject([{ name: 'http', port: 80, targetPort: 'http' }]);
    expect(await switchTo(1)).toMatchObject([{ name: 'http', port: 80, targetPort: 3000 }]);
    expect(await switchTo(2)).toMatchObject([{ name: 'http', port: 80, targetPort: 4000 }]);
    const ports = [{ name: 'http', port: 80, targetPort: 'http' }];
    const { core } = server().connection;
    await core.patchNamespacedService({ namespace, name, body: { spec: { ports } } }, mergePatch);
    await cluster().ensureService(app);
    expect(await portOf()).toMatchObject([{ name: 'http', port: 80, targetPort: 4000 }]);
  });
}
