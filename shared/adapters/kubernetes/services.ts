import type { V1Endpoint, V1Service } from '@kubernetes/client-node';
import type { AppRef } from '../../domain/app.ts';
import { InvalidError } from '../../domain/errors.ts';
import { workloadName } from '../../domain/naming.ts';
import { firstEpoch, type Service } from '../../domain/workload.ts';
import type { ServiceSelector, Services } from '../../ports/cluster.ts';
import { annotatedTime } from './annotated-time.ts';
import { appResource } from './app-objects.ts';
import { type Connection, mergePatch, pages } from './connection.ts';
import { ask, create, find } from './errors.ts';
import {
  APP,
  checkNames,
  EPOCH,
  HTTP,
  isManaged,
  isObjectName,
  managed,
  managedSelector,
  metadataOf,
  NO_RELEASE,
  PREVIOUS,
  RELEASE,
  releaseLabel,
  releaseNumber,
  SWITCHED_AT,
} from './objects.ts';

/** The port that an App is reached by, whatever number its releases listen on. */
const PORT = 80;
const portsTo = (targetPort: string | number) => [{ name: HTTP, port: PORT, targetPort, protocol: 'TCP' }];

export function kubernetesServices({ apps, core, discovery }: Connection, clock: () => Date): Services {
  const read = async ({ namespace, name }: AppRef) =>
    isObjectName(namespace) && isObjectName(name)
      ? find(core.readNamespacedService({ namespace, name }))
      : undefined;

  /** Each pod once, although a Service of two address families has two endpoints for it. */
  const readyPods = async ({ namespace, name }: AppRef) => {
    const labelSelector = `kubernetes.io/service-name=${name}`;
    const pods = new Set<string>();
    const slices = pages((page) =>
      ask(discovery.listNamespacedEndpointSlice({ namespace, labelSelector, ...page })),
    );
    for await (const slice of slices) {
      for (const endpoint of slice.endpoints ?? [])
        if (isReady(endpoint)) pods.add(endpoint.targetRef?.name ?? '');
    }
    return pods;
  };

  /**
   * The release's port by its number: Kourier takes a name for port 0 and answers 503 (seen). By name only where nothing
   * runs that it could be of.
   */
  const targetPort = async ({ namespace, name }: AppRef, release: number | undefined) => {
    if (release === undefined) return HTTP;
    const workload = { namespace, name: workloadName(name, release) };
    const found = await find(apps.readNamespacedDeployment(workload));
    const [container] = found?.spec?.template.spec?.containers ?? [];
    return container?.ports?.find((port) => port.name === HTTP)?.containerPort ?? HTTP;
  };

  /** JSON Patch, for it alone can test: selector and epoch are as they were read, or nothing happens. */
  const change = async (service: Service, operations: readonly object[]) => {
    const { namespace, name } = service.app;
    checkNames({ namespace, name });
    const body = [
      { op: 'test', path: '/spec/selector', value: selectorOf(name, service.live) },
      { op: 'test', path: annotationPath(EPOCH), value: String(service.epoch) },
      { op: 'replace', path: annotationPath(EPOCH), value: String(service.epoch + 1) },
      ...operations,
    ];
    const changed = await ask(core.patchNamespacedService({ namespace, name, body }));
    // Endpoints follow in their own time, and a listing right after a write waits some 100 ms for the API server's cache.
    return toService(changed, service.endpoints);
  };

  return {
    async getService(ref) {
      const [found, pods] = await Promise.all([
        read(ref),
        isObjectName(ref.name) ? readyPods(ref) : undefined,
      ]);
      if (!found || !isManaged(found)) return undefined;
      return toService(
        found,
        [...(pods ?? [])].flatMap((pod) => releaseOfPod(ref.name, pod) ?? []),
      );
    },

    async listServices() {
      const labelSelector = `${managedSelector},${APP}`;
      const services: ServiceSelector[] = [];
      for await (const object of pages((page) =>
        ask(core.listServiceForAllNamespaces({ labelSelector, ...page })),
      ))
        services.push(toSelector(object));
      return services;
    },

    async foreignService(ref) {
      const found = await read(ref);
      return found !== undefined && !isManaged(found);
    },

    async ensureService({ namespace, name, uid, spec: { expose } }) {
      checkNames({ namespace, name });
      const metadata = {
        name,
        labels: { ...managed, [APP]: name },
        annotations: { [EPOCH]: String(firstEpoch(clock())) },
        ownerReferences: [
          { apiVersion: `${appResource.group}/${appResource.version}`, kind: 'App', name, uid },
        ],
      };
      const type = expose === 'load-balancer' ? 'LoadBalancer' : 'ClusterIP';
      const spec = { type, ports: portsTo(HTTP), selector: selectorOf(name, undefined) };
      // Looked for first: a quota that is used up refuses to create even what is there.
      const found = await read({ namespace, name });
      if (!found && (await create(core.createNamespacedService({ namespace, body: { metadata, spec } }))))
        return;
      const there = found ?? (await ask(core.readNamespacedService({ namespace, name })));
      if (!isManaged(there))
        throw new InvalidError(
          'metadata.name',
          `a Service ${name} that is not Cite's is there`,
          'Choose another name or remove it.',
        );
      const [port, ...more] = there.spec?.ports ?? [];
      const { resourceVersion, annotations } = metadataOf(there);
      const epoch = annotations[EPOCH];
      const target = await targetPort({ namespace, name }, toSelector(there).live);
      const isInLine = more.length === 0 && port?.port === PORT && port.targetPort === target;
      if (isInLine && there.spec?.type === type && epoch !== undefined) return;
      const body = {
        metadata: { resourceVersion, annotations: { [EPOCH]: epoch ?? String(firstEpoch(clock())) } },
        spec: { type, ports: portsTo(target) },
      };
      await ask(core.patchNamespacedService({ namespace, name, body }, mergePatch));
    },

    switchService: async (service, to, at) =>
      change(service, [
        { op: 'replace', path: '/spec/selector', value: selectorOf(service.app.name, to) },
        { op: 'replace', path: '/spec/ports', value: portsTo(await targetPort(service.app, to)) },
        { op: 'add', path: annotationPath(SWITCHED_AT), value: at.toISOString() },
        ...(service.live === undefined
          ? []
          : [{ op: 'add', path: annotationPath(PREVIOUS), value: releaseLabel(service.live) }]),
      ]),

    raiseEpoch: (service) => change(service, []),

    async deleteService(ref) {
      const found = await read(ref);
      if (!found || !isManaged(found)) return;
      const { namespace, name, uid } = metadataOf(found);
      await find(core.deleteNamespacedService({ namespace, name, body: { preconditions: { uid } } }));
    },
  };
}

const annotationPath = (key: string) => `/metadata/annotations/${key.replaceAll('/', '~1')}`;

const selectorOf = (app: string, live: number | undefined) => ({
  [APP]: app,
  [RELEASE]: live === undefined ? NO_RELEASE : releaseLabel(live),
});

/** Absent means ready: so the API says of an endpoint whose condition is unknown. */
const isReady = (endpoint: V1Endpoint) =>
  endpoint.targetRef?.kind === 'Pod' && endpoint.conditions?.ready !== false;

function toService(object: V1Service, endpoints: Service['endpoints']): Service {
  const selector = toSelector(object);
  const { namespace, name } = selector.app;
  return {
    ...selector,
    address: { host: object.spec?.clusterIP ?? '', port: PORT, authority: `${name}.${namespace}.svc` },
    endpoints,
  };
}

function toSelector(object: V1Service): ServiceSelector {
  const { namespace, name, resourceVersion, annotations } = metadataOf(object);
  const live = releaseNumber(object.spec?.selector?.[RELEASE]);
  const previous = releaseNumber(annotations[PREVIOUS]);
  const switchedAt = annotatedTime(annotations[SWITCHED_AT]);
  return {
    app: { namespace, name },
    resourceVersion,
    ...(live === undefined ? {} : { live }),
    epoch: Number(annotations[EPOCH] ?? 0),
    ...(previous === undefined ? {} : { previous }),
    ...(switchedAt === undefined ? {} : { switchedAt }),
  };
}

/** Pods bear the name of their Workload, `<app>-r12-…`; the Service selects none of another App. */
function releaseOfPod(app: string, pod: string): number | undefined {
  return pod.startsWith(`${app}-`) ? releaseNumber(pod.slice(app.length + 1).split('-')[0]) : undefined;
}
