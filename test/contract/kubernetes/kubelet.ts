import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { V1ContainerState, V1Pod } from '@kubernetes/client-node';
import { type Connection, mergePatch } from '../../../shared/adapters/kubernetes/connection.ts';

/**
 * Plays the node of an API server that has none: a Node object, pods bound to it, their status, and the kubelet's own
 * protocol for logs. Controllers are the real ones: they make pods, count them, and fill EndpointSlices from what this says.
 */
export interface Kubelet {
  /** Binds the pod and reports all its containers as they are given. */
  report(pod: V1Pod, phase: string, container: (name: string) => Container): Promise<void>;
  close(): Promise<void>;
}

interface Container {
  readonly state: V1ContainerState;
  readonly lastState?: V1ContainerState;
  readonly restartCount?: number;
}

/** Text that a container of that name prints. */
export type Output = (container: string) => string;

const NODE = 'contract-node';
const HEARTBEAT = 5000;

export async function startKubelet(connection: Connection, output: Output): Promise<Kubelet> {
  const { core } = connection;
  const logs = await serveLogs(output);
  const node = { metadata: { name: NODE }, spec: {} };
  await core.createNode({ body: node }).catch(() => undefined);
  const stop = new AbortController();
  const beat = () => {
    const now = new Date().toISOString();
    const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'ready' };
    const status = {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: logs.port } },
      conditions: [{ ...ready, lastHeartbeatTime: now, lastTransitionTime: now }],
    };
    return core.patchNodeStatus({ name: NODE, body: { status } }, mergePatch);
  };
  await beat();
  const work = async (pause: number, task: () => Promise<unknown>) => {
    while (!stop.signal.aborted) {
      await task().catch(() => undefined);
      await delay(pause, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const tasks = [work(HEARTBEAT, beat), work(200, () => endTerminating(connection))];
  let address = 0;

  return {
    async report(pod, phase, container) {
      const { name = '', namespace = '' } = pod.metadata ?? {};
      if (!pod.spec?.nodeName)
        await core.createNamespacedPodBinding({
          name,
          namespace,
          body: { metadata: { name }, target: { kind: 'Node', name: NODE, apiVersion: 'v1' } },
        });
      address += 1;
      const podIP = pod.status?.podIP ?? `198.18.${Math.floor(address / 250)}.${(address % 250) + 1}`;
      await core.patchNamespacedPodStatus(
        {
          name,
          namespace,
          body: { status: { ...podStatus(pod, phase, container), podIP, podIPs: [{ ip: podIP }] } },
        },
        mergePatch,
      );
    },
    async close() {
      stop.abort();
      await Promise.all(tasks);
      await logs.close();
      await core.deleteNode({ name: NODE }).catch(() => undefined);
    },
  };
}

function podStatus(pod: V1Pod, phase: string, container: (name: string) => Container) {
  const statusOf = ({ name, image = '' }: { name: string; image?: string }) => {
    const { state, lastState, restartCount = 0 } = container(name);
    const ready = phase === 'Running' && state.running !== undefined;
    const started = state.running !== undefined;
    return {
      name,
      image,
      imageID: image,
      ready,
      started,
      restartCount,
      state,
      ...(lastState ? { lastState } : {}),
    };
  };
  const containerStatuses = pod.spec?.containers.map(statusOf) ?? [];
  // Ready since a while: minReadySeconds need not be waited for.
  const since = new Date(Date.now() - 600_000).toISOString();
  const ready = String(containerStatuses.every((one) => one.ready)).replace(/^./, (first) =>
    first.toUpperCase(),
  );
  return {
    phase,
    startTime: since,
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
      type,
      status: type.endsWith('Ready') ? ready : 'True',
      lastTransitionTime: since,
    })),
    initContainerStatuses: pod.spec?.initContainers?.map(statusOf) ?? [],
    containerStatuses,
  };
}

/** As a kubelet does once the processes of a deleted pod have ended. */
async function endTerminating({ core }: Connection) {
  const { items } = await core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${NODE}` });
  for (const { metadata } of items)
    if (metadata?.deletionTimestamp && metadata.name && metadata.namespace)
      await core.deleteNamespacedPod({
        name: metadata.name,
        namespace: metadata.namespace,
        gracePeriodSeconds: 0,
      });
}

/** `GET /containerLogs/<namespace>/<pod>/<container>?tailLines&follow`, over TLS as the API server wants it. */
async function serveLogs(output: Output) {
  const directory = await mkdtemp(join(tmpdir(), 'cite-kubelet-'));
  const [key, cert] = [join(directory, 'key'), join(directory, 'cert')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=kubelet', '-days', '1'];
  await promisify(execFile)('openssl', [...request, '-keyout', key, '-out', cert]);
  const tls = { key: await readFile(key), cert: await readFile(cert) };
  await rm(directory, { recursive: true });
  const server = createServer(tls, (req, res) => {
    const url = new URL(req.url ?? '/', 'https://kubelet');
    const [route, , pod, container = ''] = url.pathname.slice(1).split('/');
    if (route !== 'containerLogs') return void res.writeHead(404).end();
    const lines = output(container).split(/(?<=\n)/);
    const tail = Number(url.searchParams.get('tailLines') ?? lines.length);
    res
      .writeHead(200, { 'content-type': 'text/plain' })
      .write(lines.slice(Math.max(0, lines.length - tail)).join(''));
    // Steps of a build have ended; an App's container prints on.
    if (url.searchParams.get('follow') !== 'true' || pod?.startsWith('b-')) res.end();
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
