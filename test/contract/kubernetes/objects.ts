import { type CoreV1Event, V1MicroTime } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { mergePatch } from '../../../shared/adapters/kubernetes/connection.ts';
import { tenantFunctions } from '../../../shared/adapters/kubernetes/rights.ts';
import { decode } from '../../../shared/adapters/kubernetes/secrets.ts';
import type { App } from '../../../shared/domain/app.ts';
import { ConflictError, InvalidError, RetryableError } from '../../../shared/domain/errors.ts';
import { eventually, freshNamespace, newWorkload, refOf, specOf } from '../cluster/world.ts';
import type { ApiServer } from './api-server.ts';
import { clusterOf, DIGEST } from './world.ts';

const IMAGE = `registry.test/good@${DIGEST}`;

export function objectTests(server: () => ApiServer): void {
  const cluster = () => clusterOf(server().kubeconfig);
  const newApp = async (): Promise<App> => {
    const namespace = freshNamespace();
    await cluster().createNamespace(namespace, 'acme');
    return cluster().createApp({ namespace, name: 'web' }, specOf('acme', { env: { KEY: 'value' } }));
  };
  const names = async (namespace: string) => {
    const { core, apps } = server().connection;
    const labelSelector = 'app.kubernetes.io/managed-by=cite';
    const lists = await Promise.all([
      core.listNamespacedConfigMap({ namespace, labelSelector }),
      core.listNamespacedSecret({ namespace, labelSelector }),
      apps.listNamespacedDeployment({ namespace, labelSelector }),
      core.listNamespacedService({ namespace, labelSelector }),
    ]);
    return lists.map(({ items }) => items.map(({ metadata }) => metadata?.name));
  };

  test("an Event is the App's, once per id, and no longer than Kubernetes takes it", async () => {
    const app = await newApp();
    const { core } = server().connection;
    const verdict = (id: string, message: string) =>
      cluster().recordEvent(app, { id, type: 'Warning', reason: 'Failed', message, at: new Date(0) });
    await verdict('change-1', 'push of abc failed: r1: CrashLoopBackOff');
    await verdict('change-1', 'told again');
    await verdict('change-2', 'x'.repeat(5000));
    // As kubectl describe asks for them.
    const fieldSelector = `involvedObject.name=web,involvedObject.kind=App,involvedObject.uid=${app.uid}`;
    const { items } = await core.listNamespacedEvent({ namespace: app.namespace, fieldSelector });
    expect(items.map(({ message }) => message).toSorted()).toEqual([
      'push of abc failed: r1: CrashLoopBackOff',
      'x'.repeat(1024),
    ]);
    expect(items[0]).toMatchObject({
      type: 'Warning',
      reason: 'Failed',
      source: { component: 'cite' },
      reportingComponent: 'cite',
      lastTimestamp: new Date(0),
      involvedObject: { apiVersion: 'cite.dev/v1alpha1', kind: 'App' },
    });
  });

  test('warnings are those of the App, its Workloads and their pods, newest first, whoever tells them how', async () => {
    const app = await newApp();
    const { namespace } = app;
    const { core } = server().connection;
    const tell = (kind: string, name: string, event: Partial<CoreV1Event>) =>
      core.createNamespacedEvent({
        namespace,
        body: {
          metadata: { generateName: 'e-' },
          involvedObject: { kind, name, namespace },
          type: 'Warning',
          ...event,
        },
      });
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 2, 3, minute));
    const own = { reportingComponent: 'test', reportingInstance: 'test-1', action: 'Binding' };
    // As the kubelet, the scheduler and a controller do it.
    await tell('Pod', 'web-r1-5d8f-x2x7z', {
      reason: 'BackOff',
      message: 'again',
      count: 7,
      lastTimestamp: at(1),
    });
    await tell('Pod', 'web-r12-77b9-abcde', {
      ...own,
      reason: 'FailedScheduling',
      message: 'no node',
      eventTime: new V1MicroTime(at(2)),
    });
    await tell('ReplicaSet', 'web-r2-5d8f', {
      reason: 'FailedCreate',
      message: 'quota',
      lastTimestamp: at(3),
    });
    await tell('App', 'web', { reason: 'StandbyBroken', message: 'r1', lastTimestamp: at(4) });
    await tell('Pod', 'web-r1-5d8f-x2x7z', { type: 'Normal', reason: 'Pulled', lastTimestamp: at(5) });
    for (const [kind, name] of [
      ['Pod', 'web-r1-r2-5d8f-x2x7z'],
      ['ReplicaSet', 'web-r1-r2-5d8f'],
      ['Deployment', 'web-r1-r2'],
      ['Pod', 'webs-r1-5d8f-x2x7z'],
      ['App', 'web-r1'],
      ['Service', 'web'],
    ] as const)
      await tell(kind, name, { reason: 'Other', lastTimestamp: at(6) });
    expect(await cluster().listWarnings(refOf(app))).toEqual([
      { object: 'App web', reason: 'StandbyBroken', message: 'r1', count: 1, at: at(4) },
      {
        object: 'ReplicaSet web-r2-5d8f',
        release: 2,
        reason: 'FailedCreate',
        message: 'quota',
        count: 1,
        at: at(3),
      },
      {
        object: 'Pod web-r12-77b9-abcde',
        release: 12,
        reason: 'FailedScheduling',
        message: 'no node',
        count: 1,
        at: at(2),
      },
      {
        object: 'Pod web-r1-5d8f-x2x7z',
        release: 1,
        reason: 'BackOff',
        message: 'again',
        count: 7,
        at: at(1),
      },
    ]);
  });

  test('a Namespace of an owner runs only pods that are restricted, and those of a Workload are', async () => {
    const app = await newApp();
    const { namespace } = app;
    const { core } = server().connection;
    const pod = { metadata: { name: 'careless' }, spec: { containers: [{ name: 'a', image: IMAGE }] } };
    // Without the account that a new Namespace gets in a moment every pod is refused.
    await eventually(() => core.readNamespacedServiceAccount({ namespace, name: 'default' }));
    await expect(core.createNamespacedPod({ namespace, body: pod })).rejects.toThrow(/violates PodSecurity/);
    await cluster().createWorkload(newWorkload(app, 1, IMAGE));
    await eventually(async () => expect(await cluster().listPods(app, 1)).toHaveLength(1));
  });

  test('a Namespace that an admin made says itself whose repositories it may deploy', async () => {
    const { core } = server().connection;
    const [annotated, plain] = [freshNamespace(), freshNamespace()];
    const annotations = { 'cite.dev/owners': 'acme, other-corp,' };
    await core.createNamespace({ body: { metadata: { name: annotated, annotations } } });
    await core.createNamespace({ body: { metadata: { name: plain } } });
    expect(await cluster().namespaceOwners(annotated)).toEqual(['acme', 'other-corp']);
    expect(await cluster().namespaceOwners(plain)).toEqual([]);
    await cluster().grantRights(annotated);
    await expect(cluster().grantRights(plain)).rejects.toThrow(InvalidError);
    await expect(cluster().createNamespace(freshNamespace(), 'acme,other')).rejects.toThrow(InvalidError);
  });

  test('each function that acts in a Namespace is bound to a role of its own there', async () => {
    const { namespace } = await newApp();
    await cluster().grantRights(namespace);
    const { items } = await server().connection.rbac.listNamespacedRoleBinding({ namespace });
    const bound = items.map(({ metadata, roleRef, subjects }) => ({
      name: metadata?.name,
      role: `${roleRef.kind} ${roleRef.name}`,
      to: subjects?.map((subject) => `${subject.kind} ${subject.namespace}/${subject.name}`),
    }));
    expect(bound).toEqual(
      tenantFunctions.map((fn) => ({
        name: `cite-tenant-${fn}`,
        role: `ClusterRole cite-tenant-${fn}`,
        to: [`ServiceAccount cite-system/${fn}`],
      })),
    );
  });

  test('a binding that somebody took away is made again', async () => {
    const { namespace } = await newApp();
    await cluster().grantRights(namespace);
    const { rbac } = server().connection;
    const at = { namespace, name: 'cite-tenant-on-push' };
    await rbac.deleteNamespacedRoleBinding(at);
    await cluster().grantRights(namespace);
    expect((await rbac.readNamespacedRoleBinding(at)).roleRef.name).toBe(at.name);
  });

  test('all that was made for an App goes with it', async () => {
    const app = await newApp();
    await cluster().ensureService(app);
    await cluster().createWorkload(newWorkload(app, 1, IMAGE));
    await cluster().createWorkload(newWorkload(app, 2, IMAGE));
    const workloads = ['web-r1', 'web-r2'];
    expect(await names(app.namespace)).toEqual([workloads, workloads, workloads, ['web']]);
    await cluster().deleteApp(refOf(app));
    await eventually(async () => expect(await names(app.namespace)).toEqual([[], [], [], []]));
  });

  test('a Workload that is deleted takes its ConfigMap and its Secret with it, and no other', async () => {
    const app = await newApp();
    for (const number of [1, 2])
      await cluster().createWorkload(newWorkload(app, number, IMAGE, { replicas: 0 }));
    await eventually(async () => {
      const workload = await cluster().getWorkload(refOf(app), 1);
      if (workload) await cluster().deleteWorkload(workload);
      expect(workload).toBeUndefined();
    });
    await eventually(async () =>
      expect(await names(app.namespace)).toEqual([['web-r2'], ['web-r2'], ['web-r2'], []]),
    );
  });

  test('a Workload whose making was cut short is finished with what is wanted now', async () => {
    const app = await newApp();
    const { core, apps } = server().connection;
    const { namespace } = app;
    await cluster().createWorkload(newWorkload(app, 1, IMAGE, { secret: { KEY: 'first' }, replicas: 0 }));
    await apps.deleteNamespacedDeployment({ namespace, name: 'web-r1', propagationPolicy: 'Orphan' });
    await eventually(async () => expect(await cluster().getWorkload(refOf(app), 1)).toBeUndefined());
    await cluster().createWorkload(newWorkload(app, 1, IMAGE, { secret: { KEY: 'second' }, replicas: 0 }));
    const deployment = await apps.readNamespacedDeployment({ namespace, name: 'web-r1' });
    const secret = await core.readNamespacedSecret({ namespace, name: 'web-r1' });
    expect(secret.metadata?.ownerReferences).toMatchObject([{ uid: deployment.metadata?.uid }]);
    expect(decode(secret.data ?? {})).toEqual({ KEY: 'second' });
  });

  test("what of a Workload's name is somebody else's, or an earlier App's, is not taken over", async () => {
    const app = await newApp();
    const { core } = server().connection;
    const { namespace } = app;
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'web-r1' } } });
    await expect(cluster().createWorkload(newWorkload(app, 1, IMAGE))).rejects.toThrow(InvalidError);
    await cluster().createWorkload(newWorkload(app, 2, IMAGE));
    const again = { ...app, uid: '00000000-0000-4000-8000-000000000000' };
    await expect(cluster().createWorkload(newWorkload(again, 2, IMAGE))).rejects.toThrow(RetryableError);
    expect(await names(namespace)).toEqual([['web-r2'], ['web-r2'], ['web-r2'], []]);
  });

  test("the copy of a release's secret cannot be written any more", async () => {
    const app = await newApp();
    await cluster().createWorkload(newWorkload(app, 1, IMAGE, { secret: { KEY: 'then' } }));
    const written = cluster().writeSecret(app.namespace, 'web-r1', { KEY: 'now' });
    await expect(written).rejects.toThrow(InvalidError);
    const at = { namespace: app.namespace, name: 'web-r1' };
    const { data = {} } = await server().connection.core.readNamespacedSecret(at);
    expect(decode(data)).toEqual({ KEY: 'then' });
  });

  test('a port of a Service that somebody changed is brought in line, what it selects stays', async () => {
    const app = await newApp();
    const { namespace, name } = app;
    const { core } = server().connection;
    await cluster().ensureService(app);
    const service = await cluster().getService(refOf(app));
    if (service) await cluster().switchService(service, 7, new Date());
    const ports = [{ name: 'other', port: 81, targetPort: 9 }];
    await core.patchNamespacedService({ namespace, name, body: { spec: { ports } } }, mergePatch);
    await cluster().ensureService(app);
    const { spec } = await core.readNamespacedService({ namespace, name });
    expect(spec?.ports).toMatchObject([{ port: 80, targetPort: 'http' }]);
    expect(spec?.selector).toEqual({ 'cite.dev/app': 'web', 'cite.dev/release': 'r7' });
  });

  test('a switch fails where somebody moved the selector by hand', async () => {
    const app = await newApp();
    const { namespace, name } = app;
    await cluster().ensureService(app);
    const service = await cluster().getService(refOf(app));
    if (!service) throw new Error('the Service is gone');
    const selector = { 'cite.dev/release': 'r3' };
    const body = { spec: { selector } };
    await server().connection.core.patchNamespacedService({ namespace, name, body }, mergePatch);
    await expect(cluster().switchService(service, 4, new Date())).rejects.toThrow(ConflictError);
    expect(await cluster().getService(refOf(app))).toMatchObject({ live: 3, epoch: service.epoch });
  });

  test('an App whose release counter was tampered with is not one without releases', async () => {
    const app = await newApp();
    const { namespace, name } = app;
    const patch = (value: string) =>
      server().connection.custom.patchNamespacedCustomObject(
        {
          group: 'cite.dev',
          version: 'v1alpha1',
          plural: 'apps',
          namespace,
          name,
          body: { metadata: { annotations: { 'cite.dev/last-release': value } } },
        },
        mergePatch,
      );
    const beside = await cluster().createApp({ namespace, name: 'beside' }, specOf('acme'));
    for (const value of ['', 'no json', '{"number":0}', '{"__proto__":1}']) {
      await patch(value);
      await expect(cluster().getApp(refOf(app))).rejects.toThrow(InvalidError);
    }
    expect(await cluster().listApps(namespace)).toEqual([beside]);
  });

  test('an App that cannot be read lets go of its finalizer, and goes with what it owns', async () => {
    const app = await newApp();
    const { namespace } = app;
    await cluster().ensureService(app);
    const body = {
      metadata: { finalizers: ['cite.dev/cleanup'], annotations: { 'cite.dev/last-release': 'no json' } },
    };
    const at = { group: 'cite.dev', version: 'v1alpha1', plural: 'apps', namespace, name: 'web' };
    await server().connection.custom.patchNamespacedCustomObject({ ...at, body }, mergePatch);
    await cluster().deleteApp(refOf(app));
    expect(await cluster().appStatus(refOf(app))).toMatchObject({ deleting: true });
    await cluster().removeFinalizer(refOf(app), 'cite.dev/cleanup');
    expect(await cluster().appStatus(refOf(app))).toBeUndefined();
    await eventually(async () => expect(await names(namespace)).toEqual([[], [], [], []]));
  });

  test('a listing goes on after its first page', { timeout: 120_000 }, async () => {
    const { namespace, spec } = await newApp();
    const apps = Array.from({ length: 501 }, (_, i) => `app-${i}`);
    for (let at = 0; at < apps.length; at += 50)
      await Promise.all(
        apps.slice(at, at + 50).map((name) => cluster().createApp({ namespace, name }, spec)),
      );
    expect(await cluster().listApps(namespace)).toHaveLength(apps.length + 1);
  });
}
