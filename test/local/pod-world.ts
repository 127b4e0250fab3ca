import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { localCluster } from '../../scripts/local/cluster/cluster.ts';
import { Records } from '../../scripts/local/cluster/records/records.ts';
import { supervisor } from '../../scripts/local/cluster/supervisor/supervisor.ts';
import type { App } from '../../shared/domain/app.ts';
import { type AppSpecInput, appSpec } from '../../shared/domain/app-spec.ts';
import type { Pod, Workload } from '../../shared/domain/workload.ts';
import { address, putImage, temporaryFolder } from './world.ts';

export const clock = () => new Date();
const program = fileURLToPath(new URL('supervisor-process.ts', import.meta.url));

export const eventually = <T>(check: () => Promise<T> | T) =>
  vi.waitFor(check, { timeout: 15_000, interval: 20 });

/** For each test a data folder with one App, and a supervisor on it that is quick to try again. */
export class PodWorld {
  readonly dir: string;
  readonly cluster: ReturnType<typeof localCluster>;
  readonly machine: ReturnType<typeof supervisor>;
  #app: App | undefined;
  readonly #children: ChildProcess[] = [];
  readonly #remove: () => void;

  constructor() {
    ({ dir: this.dir, remove: this.#remove } = temporaryFolder());
    this.cluster = localCluster({ dir: this.dir, clock, serviceAddress: address });
    const backoff = { initialMs: 20, maxMs: 200 };
    const log = pino({ level: 'silent' });
    this.machine = supervisor({ dir: this.dir, clock, log, backoff, closeGraceMs: 200 });
  }

  async open(): Promise<void> {
    await this.cluster.createNamespace('acme', 'acme');
    this.#app = await this.cluster.createApp({ namespace: 'acme', name: 'web' }, specOf({}));
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.machine.close();
    this.cluster.close();
    this.#remove();
  }

  /** A platform of its own, to be killed; resolves when it has started. */
  async startElsewhere(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [program, this.dir], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#children.push(child);
    await once(child.stdout, 'data');
    return child;
  }

  get app(): App {
    if (!this.#app) throw new Error('the world was not opened');
    return this.#app;
  }

  /** A release of an image that is made of this program. */
  async deploy(server: string, overrides: Partial<AppSpecInput> & { release?: number } = {}): Promise<void> {
    const { release = 1, ...wanted } = overrides;
    await this.want(await putImage(this.dir, { 'server.js': server }), release, wanted);
  }

  async want(image: string, number = 1, overrides: Partial<AppSpecInput> = {}): Promise<void> {
    const quick = { progressDeadlineSeconds: 60, terminationGracePeriodSeconds: 1 };
    const { replicas, liveness, ...pod } = specOf({ ...quick, ...overrides });
    const [change, commit, createdAt] = [`c${number}`, 'a'.repeat(40), new Date(0).toISOString()];
    await this.cluster.createWorkload({
      app: this.app,
      release: { number, change, commit, image, specHash: '', createdAt },
      replicas,
      pod: { ...pod, liveness },
      secret: {},
    });
  }

  async workload(release = 1): Promise<Workload> {
    const found = await this.cluster.getWorkload(this.app, release);
    if (!found) throw new Error(`there is no workload r${release}`);
    return found;
  }

  scale(replicas: number) {
    return eventually(async () => this.cluster.updateWorkload(await this.workload(), { replicas }));
  }

  pods(release = 1): Promise<readonly Pod[]> {
    return this.cluster.listPods(this.app, release);
  }

  async pod(): Promise<Pod> {
    const [first] = await this.pods();
    if (!first) throw new Error('there is no pod');
    return first;
  }

  ready(release = 1, count = 1): Promise<readonly Pod[]> {
    return eventually(async () => {
      const now = await this.pods(release);
      expect(now.filter((one) => one.ready)).toHaveLength(count);
      return now;
    });
  }

  /** Makes the Service select the release, and waits for so many endpoints of it. */
  async select(release: number, count = 1) {
    await this.cluster.ensureService(this.app);
    const service = await this.cluster.getService(this.app);
    if (service && service.live !== release) await this.cluster.switchService(service, release, clock());
    return eventually(() => {
      const endpoints = this.machine.readyEndpoints(this.app);
      expect(endpoints.filter((one) => one.release === release)).toHaveLength(count);
      return endpoints;
    });
  }

  async logOf(): Promise<string> {
    let text = '';
    for await (const part of this.cluster.podLog(await this.pod(), {})) text += part;
    return text;
  }

  /** Of the first processes of all pods, as they are recorded. */
  pids(): number[] {
    const records = new Records(this.dir, clock);
    const pids = records.list('Pod').flatMap(({ body }) => body.process?.pid ?? []);
    records.close();
    return pids;
  }
}

const specOf = (overrides: Partial<AppSpecInput>) =>
  appSpec.parse({ repository: 'acme/web', branch: 'main', ...overrides });

/** A world of its own for every test of the file. */
export function podWorlds(): () => PodWorld {
  let world: PodWorld | undefined;
  beforeEach(async () => {
    world = new PodWorld();
    await world.open();
  });
  afterEach(() => world?.close());
  return () => world as PodWorld;
}
