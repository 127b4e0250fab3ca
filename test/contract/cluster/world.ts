import { randomBytes } from 'node:crypto';
import { vi } from 'vitest';
import type { App, AppRef } from '../../../shared/domain/app.ts';
import type { AppSpecInput } from '../../../shared/domain/app-spec.ts';
import { appSpec } from '../../../shared/domain/app-spec.ts';
import { ConflictError } from '../../../shared/domain/errors.ts';
import type { PodSettings, Release } from '../../../shared/domain/release.ts';
import type { NewWorkload, Workload } from '../../../shared/domain/workload.ts';
import type { Cluster, NewBuildJob } from '../../../shared/ports/cluster.ts';

/**
 * A cluster that one suite runs on, and what only the world around it can do: images that exist there, pods that become
 * ready or crash, objects of somebody else. A world that runs no pods plays the kubelet; one that does waits.
 */
export interface ClusterWorld {
  readonly cluster: Cluster;
  /** An image whose pods become ready (TCP on PORT) and stay; they print `goodOutput`. */
  readonly goodImage: string;
  /** Lines (at least three, ended by a line break) that a pod of `goodImage` prints, and nothing else. */
  readonly goodOutput: string;
  /** An image whose pods exit by themselves with a code other than 0. */
  readonly crashingImage: string;
  /** Resolves when every wanted pod of the Workload is ready and stays so for its minReadySeconds. */
  makeReady(app: AppRef, release: number): Promise<void>;
  /** Resolves when a pod of the Workload, which runs `crashingImage`, has crashed and waits to be restarted. */
  makeCrash(app: AppRef, release: number): Promise<void>;
  /** The environment that the Workload's processes are given, PORT among it. */
  environmentOf(app: AppRef, release: number): Promise<Readonly<Record<string, string>>>;
  /** A Service of the App's name that Cite did not make. */
  makeForeignService(ref: AppRef): Promise<void>;
  /** A Secret that Cite did not make; its content is `{ foreign: 'yes' }`. */
  makeForeignSecret(namespace: string, name: string): Promise<void>;
  /** A job that can be started here and ends so: `hangs` until its time is over. Its key is new each time. */
  buildJob(ending: BuildEnding, overrides?: Partial<NewBuildJob>): Promise<NewBuildJob>;
  /** Resolves when the started job has ended as it was made to. */
  finishBuild(key: string, ending: Exclude<BuildEnding, 'hangs'>): Promise<void>;
  close(): Promise<void>;
}

export type BuildEnding = 'succeeds' | 'fails' | 'hangs';

/** The world is opened in a hook: parts of the suite ask for it when their tests run. */
export type World = () => ClusterWorld;

/** Values that a careless serialiser, shell or header would spoil. */
export const hostileValues: Readonly<Record<string, string>> = {
  NEWLINES: 'one\ntwo\r\nthree\n',
  QUOTES: `"double" 'single' \`tick\` \\back\\`,
  SHELL: '$(touch owned) $HOME $(HOME) %s; rm -rf .',
  UNICODE: 'Grüße 東京 🚀 \u2028 e\u0301',
  YAML: '- {a: &b !!binary *c}\n---\n# not a comment',
  LOOKS_LIKE_NULL: 'null',
  LOOKS_LIKE_NUMBER: '0123',
  EMPTY: '',
  SPACES: '  both ends  ',
  LARGE: 'x"\n'.repeat(10_000),
};

export const freshNamespace = () => `t-${randomBytes(5).toString('hex')}`;

export const uniqueKey = () => randomBytes(16).toString('hex');

export function specOf(namespace: string, overrides: Partial<AppSpecInput> = {}) {
  return appSpec.parse({ repository: `${namespace}/shop`, branch: 'main', ...overrides });
}

/** An App in a Namespace of its own, so that tests never meet. */
export async function newApp(
  world: World,
  overrides: Partial<AppSpecInput> = {},
  name = 'web',
): Promise<App> {
  const namespace = freshNamespace();
  await world().cluster.createNamespace(namespace, namespace);
  return world().cluster.createApp({ namespace, name }, specOf(namespace, overrides));
}

export const refOf = ({ namespace, name }: AppRef): AppRef => ({ namespace, name });

export function releaseOf(number: number, image: string): Release {
  return {
    number,
    change: `change-${number}`,
    commit: number.toString(16).padStart(40, '0'),
    image,
    specHash: 'f'.repeat(64),
    createdAt: '2026-01-02T03:04:05.678Z',
  };
}

/** A Workload of the App's own pod settings; quick to be ready and quick to fail. */
export function newWorkload(
  app: App,
  number: number,
  image: string,
  overrides: Partial<Omit<NewWorkload, 'pod'>> & { readonly pod?: Partial<PodSettings> } = {},
): NewWorkload {
  const { port, readiness, liveness, minReadySeconds, env, resources } = app.spec;
  const pod: PodSettings = {
    port,
    readiness,
    liveness,
    minReadySeconds,
    progressDeadlineSeconds: 60,
    terminationGracePeriodSeconds: 1,
    env,
    resources,
    ...overrides.pod,
  };
  const { namespace, name, uid } = app;
  return {
    app: { namespace, name, uid },
    release: releaseOf(number, image),
    replicas: 1,
    secret: {},
    ...overrides,
    pod,
  };
}

export async function startWorkload(
  world: World,
  ...given: Parameters<typeof newWorkload>
): Promise<Workload> {
  const workload = newWorkload(...given);
  await world().cluster.createWorkload(workload);
  return readWorkload(world, workload.app, workload.release.number);
}

export async function readWorkload(world: World, app: AppRef, release: number): Promise<Workload> {
  const workload = await world().cluster.getWorkload(app, release);
  if (!workload) throw new Error(`there is no workload r${release}`);
  return workload;
}

/** The cluster itself writes to a Workload too: a lost compare-and-set is tried again on what is there now. */
export async function onFreshWorkload<T>(
  world: World,
  app: AppRef,
  release: number,
  write: (workload: Workload) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write(await readWorkload(world, app, release));
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === 20) throw error;
    }
  }
}

/** Waits for what the cluster does in its own time. */
export const eventually = <T>(check: () => Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 25_000, interval: 100 });

/** Of writes that race, those that won; the others must have lost their compare-and-set. */
export async function winners<T>(writes: readonly Promise<T>[]): Promise<readonly T[]> {
  const results = await Promise.allSettled(writes);
  const won: T[] = [];
  for (const result of results) {
    if (result.status === 'fulfilled') won.push(result.value);
    else if (!(result.reason instanceof ConflictError)) throw result.reason;
  }
  return won;
}

export async function textOf(log: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of log) text += part;
  return text;
}
