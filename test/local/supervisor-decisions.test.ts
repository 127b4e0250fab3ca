import { expect, test } from 'vitest';
import { parsePackageJson } from '../../scripts/local/builder/package-json.ts';
import { startCommand } from '../../scripts/local/builder/start-command.ts';
import {
  backoffDelay,
  defaultBackoff,
  duration,
  failuresAfter,
} from '../../scripts/local/cluster/supervisor/backoff.ts';
import { exitReason, unready, waiting } from '../../scripts/local/cluster/supervisor/pod-status.ts';
import { planWorkload, type WorkloadFacts } from '../../scripts/local/cluster/supervisor/workload-plan.ts';

test('the first restart is at once, the next after 1 s, then twice as long each time, at most 5 min', () => {
  const waits = [1, 2, 3, 4, 5, 10, 11, 100].map((failures) => backoffDelay(failures, defaultBackoff));
  expect(waits).toEqual([0, 1000, 2000, 4000, 8000, 256_000, 300_000, 300_000]);
});

test('a process that ran for ten minutes starts over', () => {
  expect(failuresAfter(7, 599_999)).toBe(8);
  expect(failuresAfter(7, 600_000)).toBe(1);
});

test.each([
  [20, '20ms'],
  [1000, '1s'],
  [80_000, '1m20s'],
  [300_000, '5m0s'],
])('%i ms is told as %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  [{ code: 0, signal: null }, undefined, 'Completed', 'exit code 0'],
  [{ code: 3, signal: null }, undefined, 'Error', 'exit code 3'],
  [{ code: null, signal: 'SIGKILL' as const }, undefined, 'Error', 'killed by SIGKILL'],
  [
    { code: null, signal: 'SIGTERM' as const },
    'no answer',
    'Error',
    'Liveness probe failed: no answer; the container was restarted',
  ],
])('an exit of %j (liveness: %j) is %s: %s', (exit, unwell, reason, message) => {
  expect(exitReason({ kind: 'exited', exit, ...(unwell && { unwell }) })).toEqual({ reason, message });
});

test('a missing image is ErrImagePull first and ImagePullBackOff from then on', () => {
  const reasons = [1, 2, 3].map((failures) =>
    waiting({ kind: 'no image', image: 'x' }, failures, defaultBackoff),
  );
  expect(reasons.map(({ status, waitMs }) => [status.reason, waitMs])).toEqual([
    ['ErrImagePull', 1000],
    ['ImagePullBackOff', 2000],
    ['ImagePullBackOff', 4000],
  ]);
});

test.each([
  [[8080], /does not listen on PORT=20000; it listens on 8080 instead$/],
  [[], /does not listen on PORT=20000; it listens on no port$/],
  [[20_000], /^Readiness probe failed: connection refused$/],
  [undefined, /does not listen on PORT=20000$/],
])('an app that is not ready and listens on %j is told so', (ports, message) => {
  expect(unready('connection refused', 20_000, ports)).toMatch(message);
});

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const facts = (given: Partial<WorkloadFacts>): WorkloadFacts => ({
  replicas: 1,
  generation: 1,
  minReadySeconds: 2,
  progressDeadlineSeconds: 10,
  pods: [],
  status: undefined,
  now: at(0),
  ...given,
});
const readyAt = (name: string, second: number) => ({ name, readySince: at(second).getTime() });

test('pods that are missing are started', () => {
  const plan = planWorkload(facts({ replicas: 3, pods: [{ name: 'a' }] }));
  expect(plan).toMatchObject({ start: 2, stop: [], status: { pods: 1, ready: 0, progress: 'progressing' } });
});

test('of too many pods those that are not ready go first, then the newest', () => {
  const pods = [readyAt('old', 0), { name: 'slow' }, readyAt('new', 1), { name: 'slower' }];
  const stopped = (replicas: number) => planWorkload(facts({ replicas, pods })).stop;
  expect(stopped(3)).toEqual(['slower']);
  expect(stopped(1)).toEqual(['slower', 'slow', 'new']);
  expect(stopped(0)).toEqual(['slower', 'slow', 'new', 'old']);
});

test('a pod is available when it was ready for minReadySeconds, and that instant is looked at', () => {
  const plan = (second: number) => planWorkload(facts({ pods: [readyAt('a', 0)], now: at(second) }));
  expect(plan(1)).toMatchObject({ status: { available: 0, progress: 'progressing' }, lookAgainInMs: 1000 });
  expect(plan(2)).toMatchObject({ status: { available: 1, progress: 'complete' } });
  expect(plan(2).lookAgainInMs).toBeUndefined();
});

test('without progress for progressDeadlineSeconds the deadline is exceeded; progress begins it anew', () => {
  const { status } = planWorkload(facts({ pods: [{ name: 'a' }] }));
  const before = planWorkload(facts({ pods: [{ name: 'a' }], status, now: at(9) }));
  expect(before).toMatchObject({ status: { progress: 'progressing' }, lookAgainInMs: 1000 });
  const late = planWorkload(facts({ pods: [{ name: 'a' }], status: before.status, now: at(10) }));
  expect(late.status.progress).toBe('deadline exceeded');
  const better = planWorkload(facts({ pods: [readyAt('a', 11)], status: late.status, now: at(11) }));
  expect(better.status).toMatchObject({ progress: 'progressing', ready: 1 });
  const done = planWorkload(facts({ pods: [readyAt('a', 11)], status: better.status, now: at(13) }));
  expect(done.status.progress).toBe('complete');
});

test('what was complete stays so when its pods fail, until something else is wanted', () => {
  const { status } = planWorkload(facts({ pods: [readyAt('a', 0)], now: at(2) }));
  const failed = planWorkload(facts({ pods: [{ name: 'a' }], status, now: at(100) }));
  expect(failed.status).toMatchObject({ progress: 'complete', available: 0 });
  const more = planWorkload(
    facts({ replicas: 2, generation: 2, pods: [{ name: 'a' }], status: failed.status, now: at(100) }),
  );
  expect(more.status).toMatchObject({ progress: 'progressing', observed: 2 });
  expect(Date.parse(more.status.progressAt)).toBe(at(100).getTime());
});

test('a Workload of no pods is complete', () => {
  expect(planWorkload(facts({ replicas: 0 })).status.progress).toBe('complete');
});

test.each<[string | undefined, Record<string, string>, string]>([
  ['web: node a.js', {}, 'exec node a.js'],
  ['web: node a.js --port $PORT', {}, 'exec node a.js --port $PORT'],
  ['web: A=1 node a.js', {}, 'A=1 node a.js'],
  ['web: node a.js && node b.js', {}, 'node a.js && node b.js'],
  ['web: cd app', {}, 'cd app'],
  [undefined, { start: 'node a.js' }, 'exec node a.js'],
  [undefined, { prestart: 'node prepare.js', start: 'node a.js' }, 'node prepare.js && exec node a.js'],
])('Procfile %j and scripts %j start as: %s', (procfile, scripts, command) => {
  const json = parsePackageJson(JSON.stringify({ scripts }));
  expect(startCommand(procfile, json, () => false)).toEqual([
    'sh',
    '-c',
    `PATH="$PWD/node_modules/.bin:$PATH"; ${command}`,
  ]);
});
