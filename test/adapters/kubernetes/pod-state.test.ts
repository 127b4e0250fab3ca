import type { V1ContainerStatus, V1PodStatus } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { toPod } from '../../../shared/adapters/kubernetes/pod-state.ts';

const pod = (status: V1PodStatus, deletionTimestamp?: Date) =>
  toPod({
    metadata: {
      name: 'web-r12-abc',
      namespace: 'acme',
      uid: 'u',
      resourceVersion: '1',
      labels: { 'cite.dev/app': 'web', 'cite.dev/release': 'r12' },
      ...(deletionTimestamp ? { deletionTimestamp } : {}),
    },
    status,
  });
const container = (state: V1ContainerStatus['state'], more: Partial<V1ContainerStatus> = {}) => ({
  name: 'app',
  image: '',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...(state ? { state } : {}),
  ...more,
});
const condition = (type: string, status: string, reason?: string, message?: string) => ({
  type,
  status,
  ...(reason ? { reason } : {}),
  ...(message ? { message } : {}),
});

test.each<[string, V1PodStatus, string | undefined, string | undefined]>([
  ['nothing is known yet', {}, undefined, undefined],
  [
    'its image is being pulled',
    { phase: 'Pending', containerStatuses: [container({ waiting: { reason: 'ContainerCreating' } })] },
    undefined,
    undefined,
  ],
  [
    'its image cannot be pulled',
    {
      phase: 'Pending',
      containerStatuses: [
        container({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling' } }),
      ],
    },
    'ImagePullBackOff',
    'Back-off pulling',
  ],
  [
    'no node takes it',
    {
      phase: 'Pending',
      conditions: [condition('PodScheduled', 'False', 'Unschedulable', '0/3 nodes are available')],
    },
    'Unschedulable',
    '0/3 nodes are available',
  ],
  [
    'it crashes again and again',
    {
      phase: 'Running',
      containerStatuses: [
        container(
          { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
          { lastState: { terminated: { exitCode: 3, reason: 'Error', message: 'no config' } } },
        ),
      ],
    },
    'CrashLoopBackOff',
    'back-off 10s: Error (exit code 3): no config',
  ],
  [
    'it has just crashed',
    {
      phase: 'Running',
      containerStatuses: [container({ terminated: { exitCode: 137, reason: 'OOMKilled' } })],
    },
    'OOMKilled',
    'OOMKilled (exit code 137)',
  ],
  [
    'a container beside the App cannot start',
    {
      phase: 'Pending',
      initContainerStatuses: [container({ waiting: { reason: 'CreateContainerConfigError', message: 'm' } })],
      containerStatuses: [container({ waiting: { reason: 'PodInitializing' } })],
    },
    'CreateContainerConfigError',
    'm',
  ],
  [
    'its node ran out of memory',
    { phase: 'Failed', reason: 'Evicted', message: 'low on memory' },
    'Evicted',
    'low on memory',
  ],
])('when %s it says so', (_when, status, reason, message) => {
  const read = pod(status);
  expect(read?.reason).toBe(reason);
  expect(read?.message).toBe(message);
  expect(read?.ready).toBe(false);
});

test('a ready pod counts its restarts and has nothing to say', () => {
  const status = {
    phase: 'Running',
    conditions: [condition('Ready', 'True')],
    containerStatuses: [container({ running: {} }, { restartCount: 2, ready: true })],
  };
  expect(pod(status)).toEqual({
    name: 'web-r12-abc',
    app: { namespace: 'acme', name: 'web' },
    release: 12,
    phase: 'Running',
    ready: true,
    restarts: 2,
  });
});

test.each([
  ['10.1.2.3', '10.1.2.3:3000'],
  ['fd00::7', '[fd00::7]:3000'],
])('a pod of the IP %s is asked on the port of its app', (podIP, authority) => {
  const metadata = {
    name: 'web-r12-abc',
    namespace: 'acme',
    uid: 'u',
    resourceVersion: '1',
    labels: { 'cite.dev/app': 'web', 'cite.dev/release': 'r12' },
  };
  const ports = [
    { name: 'metrics', containerPort: 9090 },
    { name: 'http', containerPort: 3000 },
  ];
  const containers = [
    { name: 'sidecar', ports: [{ name: 'http', containerPort: 1 }] },
    { name: 'app', ports },
  ];
  const asked = (status: V1PodStatus) => toPod({ metadata, spec: { containers }, status })?.address;
  expect(asked({ podIP })).toEqual({ host: podIP, port: 3000, authority });
  expect(asked({})).toBeUndefined();
});

test('a pod that is about to end is not ready, whatever its last probe said', () => {
  const read = pod({ phase: 'Running', conditions: [condition('Ready', 'True')] }, new Date());
  expect(read).toMatchObject({ ready: false, reason: 'Terminating' });
});

test('a pod whose node is silent may run on', () => {
  expect(pod({ phase: 'Unknown' })?.phase).toBe('Running');
});

test('a pod without our labels is none of a Release', () => {
  const labels = { 'cite.dev/app': 'web', 'cite.dev/release': 'none' };
  const metadata = { name: 'x', namespace: 'acme', uid: 'u', resourceVersion: '1' };
  expect(toPod({ metadata })).toBeUndefined();
  expect(toPod({ metadata: { ...metadata, labels } })).toBeUndefined();
});
