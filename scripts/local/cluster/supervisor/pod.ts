import { execFile } from 'node:child_process';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { AppRef } from '../../../../shared/domain/app.ts';
import type { Image, ImageFolder } from '../../images/image-folder.ts';
import { removeTree } from '../../remove-tree.ts';
import { logOf } from '../folders.ts';
import type { Bodies, PodStatus, ProcessId } from '../records/kinds.ts';
import { type Backoff, failuresAfter } from './backoff.ts';
import { baseEnvironment } from './environment.ts';
import { MARKER } from './marker.ts';
import type { PodPorts } from './pod-ports.ts';
import { type Ending, exitReason, unready, waiting } from './pod-status.ts';
import type { ProbeTarget } from './probes/probe-target.ts';
import { watchCheck } from './probes/watch.ts';
import { listeningPorts, membersOf } from './proc.ts';
import { ProcessGroup, signalGroup } from './process-group.ts';

const run = promisify(execFile);

export interface PodOptions {
  readonly name: string;
  readonly workloadUid: string;
  readonly workload: Bodies['Deployment'];
  readonly secret: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly marker: string;
  readonly images: ImageFolder;
  readonly ports: PodPorts;
  readonly backoff: Backoff;
  readonly clock: () => Date;
  /** Something that others see of it is different now. */
  readonly changed: () => void;
  /** Its log or its files made trouble; the pod goes on. */
  readonly failed: (error: unknown) => void;
}

/** One pod: its process is started, probed and started again until the pod is stopped. Never throws. */
export class LocalPod {
  readonly options: PodOptions;
  status: PodStatus = { phase: 'Pending', ready: false, restarts: 0 };
  process?: ProcessId;
  /** Since when it has been ready without a break, and where; absent: it is not, or it is being stopped. */
  ready?: { readonly since: number; readonly port: number };
  readonly #stop = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(options: PodOptions) {
    this.options = options;
  }

  get app(): AppRef {
    return this.options.workload.app;
  }

  get release(): number {
    return this.options.workload.release.number;
  }

  start(): void {
    this.#done = this.#live();
  }

  /** Takes it out of the endpoints, then ends its processes; resolves when they are gone, and its files with them. */
  async stop(): Promise<void> {
    delete this.ready;
    this.#tell({ ready: false });
    this.#stop.abort();
    await this.#done;
    // What cannot be removed now is removed when the platform starts the next time.
    await removeTree(this.options.folder).catch(this.options.failed);
  }

  /** Without grace. */
  kill(): void {
    if (this.process) signalGroup(this.process.pid, 'SIGKILL');
  }

  async #live(): Promise<void> {
    const { backoff } = this.options;
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      const began = performance.now();
      const ending = await this.#once(failures > 0).catch(
        (error: Error): Ending => ({ kind: 'not started', why: error.message }),
      );
      delete this.process;
      delete this.ready;
      if (signal.aborted) return;
      failures = failuresAfter(failures, performance.now() - began);
      const { waitMs, status } = waiting(ending, failures, backoff);
      this.#tell({ ...status, ready: false });
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (ending.kind === 'exited' && !signal.aborted) {
        const { reason, message } = exitReason(ending);
        this.#tell({ restarts: this.status.restarts + 1, reason, message: `restarted after: ${message}` });
      }
    }
  }

  async #once(again: boolean): Promise<Ending> {
    const { workload, images, ports } = this.options;
    const image = await images.find(workload.release.image);
    if (!image) return { kind: 'no image', image: workload.release.image };
    await this.#prepare(image);
    const port = await ports.take();
    try {
      return await this.#runOn(port, image, again);
    } finally {
      ports.giveBack(port);
    }
  }

  /** A copy of the image of its own, so that what it writes changes neither the image nor its siblings. */
  async #prepare(image: Image): Promise<void> {
    const { folder } = this.options;
    for (const own of ['home', 'tmp']) await mkdir(join(folder, own), { recursive: true });
    const coming = join(folder, 'root.coming');
    await removeTree(coming);
    await run('cp', ['-RPp', '--', image.rootfs, coming]);
    await removeTree(this.#root);
    await rename(coming, this.#root);
  }

  async #runOn(port: number, image: Image, again: boolean): Promise<Ending> {
    const { options } = this;
    const { signal } = this.#stop;
    const env = {
      ...baseEnvironment(join(options.folder, 'home'), join(options.folder, 'tmp')),
      ...image.env,
      ...options.workload.pod.env,
      ...options.secret,
      PORT: String(port),
      [MARKER]: options.marker,
    };
    const cwd = join(this.#root, image.workdir);
    const group = await ProcessGroup.start({
      command: image.command,
      cwd,
      env,
      log: logOf(options.folder),
      logFailed: options.failed,
    });
    let ending: Promise<void> | undefined;
    const end = () => {
      ending ??= group.stop(options.workload.pod.terminationGracePeriodSeconds * 1000);
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
    this.process = group.id;
    const address = { host: '127.0.0.1', port, authority: `127.0.0.1:${port}` };
    const running = { phase: 'Running', address } as const;
    this.#tell(again ? running : { ...running, reason: undefined, message: undefined });

    const over = new AbortController();
    let unwell: string | undefined;
    this.#probe(group, { port, cwd, env }, AbortSignal.any([signal, over.signal]), (fault) => {
      unwell ??= fault;
      delete this.ready;
      this.#tell({ ready: false });
      end();
    });
    const exit = await group.exited;
    over.abort();
    // No request may wait for the last of its log.
    delete this.ready;
    this.#tell({ ready: false, address: undefined });
    await ending;
    await group.logged;
    signal.removeEventListener('abort', end);
    return { kind: 'exited', exit, ...(unwell !== undefined && { unwell }) };
  }

  /** Liveness is probed from the first readiness on: a slow start is the progress deadline's concern. */
  #probe(
    group: ProcessGroup,
    target: ProbeTarget,
    signal: AbortSignal,
    unwell: (fault: string) => void,
  ): void {
    const { readiness, liveness } = this.options.workload.pod;
    const { port } = target;
    let live = false;
    const healthy = () => {
      if (signal.aborted) return;
      this.ready ??= { since: this.options.clock().getTime(), port };
      this.#tell({ ready: true, reason: undefined, message: undefined });
      if (live || !liveness) return;
      live = true;
      void watchCheck({ check: liveness, target, signal, healthy: () => undefined, failing: unwell });
    };
    const failing = (fault: string) => {
      if (signal.aborted) return;
      delete this.ready;
      const listening = readiness.exec ? undefined : listeningPorts(membersOf(group.id.pid) ?? []);
      const message = unready(fault, port, listening);
      this.#tell({ ready: false, reason: 'Unhealthy', message });
    };
    void watchCheck({ check: readiness, target, signal, healthy, failing });
  }

  #tell(change: { [K in keyof PodStatus]?: PodStatus[K] | undefined }): void {
    const { address, reason, message, ...status } = { ...this.status, ...change };
    this.status = {
      ...status,
      ...(address && { address }),
      ...(reason && { reason }),
      ...(message && { message }),
    } as PodStatus;
    this.options.changed();
  }

  get #root(): string {
    return join(this.options.folder, 'root');
  }
}
