import type { App } from '../../shared/domain/app.ts';
import { type AppSpecInput, appSpec } from '../../shared/domain/app-spec.ts';
import type { Build } from '../../shared/domain/build.ts';
import { type Change, openChange } from '../../shared/domain/change.ts';
import type { Release } from '../../shared/domain/release.ts';
import type { Pod, Service, Workload } from '../../shared/domain/workload.ts';

/** Values for the pure decisions: each builder gives the plainest one, and takes what the test is about. */
export const NOON = new Date('2026-03-01T12:00:00.000Z');
export const minutesAfterNoon = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000);

/** A commit whose name can be read: sha('b') is bbbb… */
export const sha = (digit: string) => digit.repeat(40);

export const aSpec = (spec: Partial<AppSpecInput> = {}) =>
  appSpec.parse({ repository: 'acme/shop', branch: 'main', ...spec });

export function anApp(app: Partial<Omit<App, 'spec'>> & { spec?: Partial<AppSpecInput> } = {}): App {
  return {
    namespace: 'acme',
    name: 'shop',
    uid: 'uid-1',
    resourceVersion: '1',
    generation: 1,
    status: { conditions: [] },
    deleting: false,
    finalizers: ['cite.dev/cleanup'],
    createdAt: NOON,
    ...app,
    spec: aSpec(app.spec),
  };
}

export const aRelease = (number: number, release: Partial<Release> = {}): Release => ({
  number,
  change: `uid-1/push-${number}`,
  commit: sha(String(number % 10)),
  image: `registry.test/acme/shop@sha256:${String(number % 10).repeat(64)}`,
  specHash: 'hash-1',
  createdAt: NOON.toISOString(),
  ...release,
});

/** Ready and on its way to be live, unless the test says otherwise. */
export const aWorkload = (number: number, workload: Partial<Workload> = {}): Workload => ({
  app: { namespace: 'acme', name: 'shop' },
  release: aRelease(number),
  resourceVersion: '1',
  createdAt: NOON,
  replicas: 2,
  available: 2,
  progress: 'complete',
  readiness: { timeoutSeconds: 1 },
  ...workload,
});

export const deployed = (number: number, workload: Partial<Workload> = {}) =>
  aWorkload(number, { outcome: 'deployed', ...workload });

export const aPod = (release: number, pod: Partial<Pod> = {}): Pod => ({
  name: `shop-r${release}-1`,
  app: { namespace: 'acme', name: 'shop' },
  release,
  phase: 'Running',
  ready: false,
  restarts: 0,
  ...pod,
});

export const aService = (service: Partial<Service> = {}): Service => ({
  app: { namespace: 'acme', name: 'shop' },
  resourceVersion: '1',
  epoch: 1,
  address: { host: '127.0.0.1', port: 80, authority: 'shop.acme' },
  endpoints: [],
  ...service,
});

export function aChange(change: Partial<Change> = {}): Change {
  const opened = openChange(
    {
      id: 'uid-1/push-1',
      app: { namespace: 'acme', name: 'shop', uid: 'uid-1' },
      repository: 'acme/shop',
      branch: 'main',
      kind: 'push',
      commit: sha('a'),
      title: 'Add a till',
      author: 'Ada',
      build: 'b'.repeat(32),
      state: 'building',
      reason: 'building',
    },
    NOON,
  );
  return { ...opened, revision: 1, ...change };
}

export const aBuild = (build: Partial<Build> = {}): Build => ({
  key: 'b'.repeat(32),
  repository: 'acme/shop',
  commit: sha('a'),
  state: 'running',
  startedAt: NOON.toISOString(),
  revision: 1,
  ...build,
});
