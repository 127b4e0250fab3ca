import type { CoreV1Event, V1ContainerStatus, V1JobCondition, V1PodStatus } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { toBuildJob } from '../../../shared/adapters/kubernetes/build-job-state.ts';
import { unmadeFor } from '../../../shared/adapters/kubernetes/build-job-waiting.ts';

const metadata = {
  name: 'b-1',
  uid: 'u',
  resourceVersion: '1',
  labels: { 'cite.dev/build': '1' },
  creationTimestamp: new Date(0),
};
const build = (conditions: V1JobCondition[], status?: V1PodStatus) =>
  toBuildJob({ metadata, status: { conditions } }, status && { metadata, status });
const condition = (type: string, reason?: string) => ({
  type,
  status: 'True',
  ...(reason ? { reason } : {}),
});
const ended = (name: string, exitCode: number, message?: string, reason?: string): V1ContainerStatus => ({
  name,
  image: '',
  imageID: '',
  ready: false,
  restartCount: 0,
  state: { terminated: { exitCode, ...(message ? { message } : {}), ...(reason ? { reason } : {}) } },
});
const failed = [condition('FailureTarget'), condition('Failed', 'BackoffLimitExceeded')];
const image = `registry/app@sha256:${'a'.repeat(64)}`;

test.each<[string, V1JobCondition[], V1PodStatus | undefined, object]>([
  ['has not ended', [], undefined, { phase: 'running' }],
  ['is about to end', [condition('SuccessCriteriaMet')], undefined, { phase: 'running' }],
  [
    'named its image',
    [condition('Complete')],
    { containerStatuses: [ended('build', 0, JSON.stringify({ image }))] },
    { phase: 'succeeded', image },
  ],
  [
    'named no digest',
    [condition('Complete')],
    { containerStatuses: [ended('build', 0, '{"image":"registry/app:latest"}')] },
    { phase: 'failed', reason: 'the build named no image' },
  ],
  [
    'lost its pod',
    [condition('Complete')],
    undefined,
    { phase: 'failed', reason: 'the build named no image' },
  ],
  [
    'could not be cloned',
    failed,
    { initContainerStatuses: [ended('clone', 128, 'fatal: not found\n')] },
    { phase: 'failed', reason: 'fatal: not found' },
  ],
  [
    'failed with its last words',
    failed,
    {
      initContainerStatuses: [ended('clone', 0)],
      containerStatuses: [ended('build', 1, 'no script: build')],
    },
    { phase: 'failed', reason: 'no script: build' },
  ],
  [
    'ran out of memory',
    failed,
    { containerStatuses: [ended('build', 137, undefined, 'OOMKilled')] },
    { phase: 'failed', reason: 'OOMKilled (exit code 137)' },
  ],
  ['was evicted', failed, { reason: 'Evicted' }, { phase: 'failed', reason: 'Evicted' }],
  [
    'ran out of time on its node',
    failed,
    { reason: 'DeadlineExceeded', containerStatuses: [ended('build', 143, 'half way')] },
    { phase: 'failed', reason: 'DeadlineExceeded' },
  ],
  [
    'ran out of time before it had a node',
    [condition('Failed', 'DeadlineExceeded')],
    undefined,
    { phase: 'failed', reason: 'DeadlineExceeded' },
  ],
  ['left nothing behind', failed, undefined, { phase: 'failed', reason: 'BackoffLimitExceeded' }],
])('a build that %s', (_what, conditions, status, expected) => {
  expect(build(conditions, status)).toEqual({ key: '1', startedAt: new Date(0), ...expected });
});

/** As kubelet and scheduler of Kubernetes 1.34 word them. */
const detail =
  'failed to pull and unpack image "r.test/build:1": dial tcp 127.0.0.1:1: connect: connection refused';
const unpulled = `its image r.test/build:1 cannot be pulled: ${detail}`;
const waits = (reason: string, message?: string): V1ContainerStatus => ({
  ...ended('clone', 0),
  image: 'r.test/build:1',
  state: { waiting: { reason, ...(message ? { message } : {}) } },
});

const unready = (since: number, began: number, ready = false): V1PodStatus => ({
  conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: new Date(since) }],
  containerStatuses: [{ ...ended('build', 0), ready, state: { running: { startedAt: new Date(began) } } }],
});

test.each<[string, V1PodStatus, string | undefined]>([
  ['starts', { initContainerStatuses: [waits('PodInitializing')] }, undefined],
  ['pulls its image', { initContainerStatuses: [waits('ContainerCreating')] }, undefined],
  ['cannot pull it', { initContainerStatuses: [waits('ErrImagePull', detail)] }, unpulled],
  [
    'cannot pull it, and waits before the next try',
    {
      initContainerStatuses: [
        waits('ImagePullBackOff', `Back-off pulling image "r.test/build:1": ErrImagePull: ${detail}`),
      ],
      containerStatuses: [waits('PodInitializing')],
    },
    unpulled,
  ],
  [
    'cannot pull it, nobody says why',
    { containerStatuses: [waits('ImagePullBackOff', 'Back-off pulling image "r.test/build:1"')] },
    'its image r.test/build:1 cannot be pulled',
  ],
  [
    'cannot be made as it is',
    { containerStatuses: [waits('CreateContainerConfigError', 'secret "x" not found')] },
    'CreateContainerConfigError: secret "x" not found',
  ],
  [
    'has no node',
    {
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '1 Insufficient cpu.' },
      ],
    },
    'no node takes its pod: 1 Insufficient cpu.',
  ],
  ['builds, and was not asked yet whether it is ready', unready(1, 2), undefined],
  ['was ready and is no longer', unready(3, 2), 'its registry cannot be used, the log of the build says why'],
  ['is on a node that is lost', unready(3, 2, true), undefined],
  ['has one', { conditions: [{ type: 'PodScheduled', status: 'True' }] }, undefined],
])('a build whose pod %s', (_what, status, waiting) => {
  expect(build([], status)).toEqual({
    key: '1',
    startedAt: new Date(0),
    phase: 'running',
    ...(waiting === undefined ? {} : { waiting }),
  });
});

test('a build without a pod says why, in the same words at every try', () => {
  const event = (seconds: number, message: string, reason = 'FailedCreate') =>
    ({ metadata: {}, involvedObject: {}, reason, message, lastTimestamp: new Date(seconds) }) as CoreV1Event;
  const refused = (pod: string) =>
    `Error creating: pods "${pod}" is forbidden: exceeded quota: q, limited: pods=0`;
  const expected = 'its pod cannot be made: exceeded quota: q, limited: pods=0';
  expect(unmadeFor([event(1, refused('b-1')), event(0, 'Error creating: older')])).toBe(expected);
  expect(unmadeFor([event(1, refused('b-2')), event(2, 'Created pod: b-3', 'SuccessfulCreate')])).toBe(
    expected,
  );
  expect(unmadeFor([])).toBeUndefined();
  expect(toBuildJob({ metadata }, undefined, expected)?.waiting).toBe(expected);
  expect(toBuildJob({ metadata }, { metadata, status: {} }, expected)?.waiting).toBeUndefined();
});

test('a build that is being forgotten is none', () => {
  expect(toBuildJob({ metadata: { ...metadata, deletionTimestamp: new Date() } }, undefined)).toBeUndefined();
});
