import { randomBytes } from 'node:crypto';
import type { AppRef } from '../../../../shared/domain/app.ts';
import type { ImageFolder } from '../../images/image-folder.ts';
import { podFolder } from '../folders.ts';
import { appLabels } from '../records/labels.ts';
import type { Records, Stored } from '../records/records.ts';
import type { Backoff } from './backoff.ts';
import { markerOf } from './marker.ts';
import { LocalPod } from './pod.ts';
import { PodPorts } from './pod-ports.ts';
import type { WorkQueue } from './work-queue.ts';
import { planWorkload } from './workload-plan.ts';

export interface WorkloadsOptions {
  readonly dir: string;
  readonly folderId: string;
  readonly records: Records;
  readonly images: ImageFolder;
  readonly backoff: Backoff;
  readonly clock: () => Date;
  /** A pod of the App came, went, or is different now. */
  readonly changed: (app: AppRef) => void;
  readonly failed: (key: string, error: unknown) => void;
}

/** As many pods as each Workload wants, and what is to be known of both written down. */
export class Workloads {
  readonly #options: WorkloadsOptions;
  readonly #ports = new PodPorts();
  /** By namespace and name. One that is being stopped stays until its processes are gone. */
  readonly #pods = new Map<string, LocalPod>();
  readonly #stopping = new Map<LocalPod, Promise<void>>();
  readonly #queue: { readonly workloads: WorkQueue; readonly pods: WorkQueue };

  constructor(options: WorkloadsOptions, queue: { readonly workloads: WorkQueue; readonly pods: WorkQueue }) {
    this.#options = options;
    this.#queue = queue;
  }

  *podsOf(app: AppRef): Generator<LocalPod> {
    for (const pod of this.#pods.values())
      if (pod.app.namespace === app.namespace && pod.app.name === app.name) yield pod;
  }

  /** `namespace/name` of a Workload. */
  reconcile(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const own = [...this.#pods.values()].filter(
      (pod) => workloadKey(pod) === key && !this.#stopping.has(pod),
    );
    const uid = this.#options.records.get('Deployment', namespace, name)?.uid;
    for (const pod of own) if (pod.options.workloadUid !== uid) this.#stop(pod);
    if (uid === undefined) return;

    const pods = own.filter((pod) => pod.options.workloadUid === uid);
    const planned = this.#plan(namespace, name, pods);
    if (!planned) return;
    const { plan, record } = planned;
    for (const pod of pods) if (plan.stop.includes(pod.options.name)) this.#stop(pod);
    for (let count = plan.start; count > 0; count -= 1) this.#start(record);
    if (plan.start > 0 || plan.stop.length > 0) this.#queue.workloads.add(key);
    else if (plan.lookAgainInMs !== undefined) this.#queue.workloads.add(key, plan.lookAgainInMs + 1);
  }

  /** Decides, and writes the status down in the same transaction: it is about what was read. */
  #plan(namespace: string, name: string, pods: readonly LocalPod[]) {
    const { records, clock } = this.#options;
    return records.transaction(() => {
      const record = records.get('Deployment', namespace, name);
      if (!record) return undefined;
      const { replicas, generation, pod, status } = record.body;
      const plan = planWorkload({
        replicas,
        generation,
        minReadySeconds: pod.minReadySeconds,
        progressDeadlineSeconds: pod.progressDeadlineSeconds,
        pods: pods.map(({ options, ready }) => ({
          name: options.name,
          ...(ready && { readySince: ready.since }),
        })),
        status,
        now: clock(),
      });
      return { plan, record: records.update(record, { ...record.body, status: plan.status }) };
    });
  }

  /** Writes down how the pod is, `namespace/name`. */
  write(key: string): void {
    const pod = this.#pods.get(key);
    const [namespace = '', name = ''] = key.split('/');
    const { records } = this.#options;
    records.transaction(() => {
      const record = records.get('Pod', namespace, name);
      if (!pod) {
        if (record) records.remove(record);
        return;
      }
      const { app, release, status } = pod;
      const own = { namespace: app.namespace, name: app.name };
      const body = { ...status, app: own, release, ...(pod.process && { process: pod.process }) };
      if (record) records.update(record, body);
      else records.insert('Pod', { namespace, name }, appLabels(app, release), body);
    });
  }

  /** Ends all pods and waits for them; those that are not gone by then are killed. */
  async close(mostGraceMs: number): Promise<void> {
    const keys = [...this.#pods.keys()];
    for (const pod of this.#pods.values()) if (!this.#stopping.has(pod)) this.#stop(pod);
    const end = setTimeout(() => {
      for (const pod of this.#pods.values()) pod.kill();
    }, mostGraceMs);
    await Promise.all(this.#stopping.values());
    clearTimeout(end);
    for (const key of keys) this.write(key);
  }

  #start({ uid, namespace, name: workload, body }: Stored<'Deployment'>): void {
    const { dir, folderId, records, images, backoff, clock } = this.#options;
    const name = `${workload}-${randomBytes(3).toString('hex').slice(0, 5)}`;
    const key = `${namespace}/${name}`;
    const pod = new LocalPod({
      name,
      workloadUid: uid,
      workload: body,
      secret: records.get('Secret', namespace, workload)?.body.content ?? {},
      folder: podFolder(dir, namespace, name),
      marker: markerOf(folderId, name),
      images,
      ports: this.#ports,
      backoff,
      clock,
      changed: () => this.#changed(key, pod),
      failed: (error) => this.#options.failed(key, error),
    });
    this.#pods.set(key, pod);
    this.write(key);
    pod.start();
  }

  #stop(pod: LocalPod): void {
    const key = `${pod.app.namespace}/${pod.options.name}`;
    const gone = pod.stop().then(() => {
      this.#pods.delete(key);
      this.#stopping.delete(pod);
      this.#changed(key, pod);
    });
    this.#stopping.set(pod, gone);
  }

  #changed(key: string, pod: LocalPod): void {
    this.#options.changed(pod.app);
    this.#queue.pods.add(key);
    this.#queue.workloads.add(workloadKey(pod));
  }
}

const workloadKey = ({ app, release }: LocalPod) => `${app.namespace}/${app.name}-r${release}`;
