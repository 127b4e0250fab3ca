import type { V1DeploymentStatus } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { toWorkload } from '../../../shared/adapters/kubernetes/workload-state.ts';
import { releaseOf } from '../../contract/cluster/world.ts';

const workload = (status: V1DeploymentStatus, annotations: Record<string, string> = {}) =>
  toWorkload({
    metadata: {
      name: 'web-r1',
      namespace: 'acme',
      uid: 'u',
      resourceVersion: '1',
      generation: 2,
      labels: { 'cite.dev/app': 'web' },
      annotations: { 'cite.dev/release-record': JSON.stringify(releaseOf(1, 'image')), ...annotations },
    },
    spec: { replicas: 2, selector: {}, template: {} },
    status,
  });
const progressing = (status: string, reason: string) => ({ type: 'Progressing', status, reason });
const done = [progressing('True', 'NewReplicaSetAvailable')];

test.each<[string, V1DeploymentStatus, object]>([
  ['nothing yet', {}, { available: 0, progress: 'progressing' }],
  [
    'all pods',
    { observedGeneration: 2, availableReplicas: 2, conditions: done },
    { available: 2, progress: 'complete' },
  ],
  [
    'all pods, of an older specification',
    { observedGeneration: 1, availableReplicas: 2, conditions: done },
    { available: 0, progress: 'progressing' },
  ],
  [
    'fewer pods than once',
    { observedGeneration: 2, availableReplicas: 1, conditions: done },
    { available: 1, progress: 'progressing' },
  ],
  [
    'too little in time',
    { observedGeneration: 2, conditions: [progressing('False', 'ProgressDeadlineExceeded')] },
    { available: 0, progress: 'deadline exceeded' },
  ],
  [
    'no quota',
    {
      observedGeneration: 2,
      conditions: [
        { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' },
      ],
    },
    { available: 0, progress: 'progressing', blocked: 'exceeded quota' },
  ],
])('a Deployment that the cluster saw with %s', (_seen, status, expected) => {
  expect(workload(status)).toMatchObject(expected);
});

test('a Deployment without a readable Release is no Workload', () => {
  expect(workload({}, { 'cite.dev/release-record': '{"number":1}' })).toBeUndefined();
  expect(workload({}, { 'cite.dev/release-record': 'r1' })).toBeUndefined();
  const undated = JSON.stringify({ ...releaseOf(1, 'image'), createdAt: 'soon' });
  expect(workload({}, { 'cite.dev/release-record': undated })).toBeUndefined();
});

test.each([
  'soon',
  '',
  '1',
  '2026-02-30T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '-271821-04-20T00:00:00Z',
])('a standby since %j has no clock: the sweep starts one', (since) => {
  expect(workload({}, { 'cite.dev/standby-since': since })).not.toHaveProperty('standbySince');
});

test('a standby has its clock from the time that is written, as far as years have four digits', () => {
  for (const since of ['2026-01-02T03:04:05.678Z', '9999-12-31T23:59:59.999Z'])
    expect(workload({}, { 'cite.dev/standby-since': since })?.standbySince?.toISOString()).toBe(since);
});

test('an outcome that nobody of us wrote is none', () => {
  expect(workload({}, { 'cite.dev/outcome': 'great' })?.outcome).toBeUndefined();
  expect(workload({}, { 'cite.dev/outcome': 'failed' })?.outcome).toBe('failed');
});
