import type { V1ContainerStatus, V1JobCondition, V1PodStatus } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { toBuildJob } from '../../../shared/adapters/kubernetes/build-job-state.ts';

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

test('a build that is being forgotten is none', () => {
  expect(toBuildJob({ metadata: { ...metadata, deletionTimestamp: new Date() } }, undefined)).toBeUndefined();
});
