import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AppRef } from '../../../../shared/domain/app.ts';
import { ImageFolder } from '../../images/image-folder.ts';
import { removeTree } from '../../remove-tree.ts';
import { lastSequence, type RecordChange, tail } from '../feed.ts';
import { buildFolder } from '../folders.ts';
import type { Endpoint } from '../records/kinds.ts';
import { Records } from '../records/records.ts';
import { type Backoff, defaultBackoff } from './backoff.ts';
import { Builds } from './builds.ts';
import { Endpoints } from './endpoints.ts';
import { endLeftovers } from './leftovers.ts';
import { WorkQueue } from './work-queue.ts';
import { Workloads } from './workloads.ts';

export interface SupervisorOptions {
  readonly dir: string;
  readonly clock: () => Date;
  readonly log: { warn(fields: object, message: string): void };
  readonly backoff?: Backoff;
  /** Ctrl-C waits no longer than this for apps that do not end on SIGTERM. Default 5 s. */
  readonly closeGraceMs?: number;
}

export interface Supervisor {
  /** Ends what an earlier run left, then makes the records true until it is closed. */
  start(): Promise<void>;
  /** Ends every process that it started, and waits for it. Builds under way are started again by the next start. */
  close(): Promise<void>;
  /** Where a request for the App goes now: from memory, at no cost. */
  readyEndpoints(app: AppRef): readonly Endpoint[];
}

/**
 * The controllers and the kubelet of one machine: what the records want is made true, and what is, written down. For the
 * holder of the folder's lock (lockFolder) alone: a second one would end the pods of the first as leftovers.
 */
export function supervisor(options: SupervisorOptions): Supervisor {
  const { clock, log } = options;
  const dir = resolve(options.dir);
  const records = new Records(dir, clock);
  const folderId = records.fact('folder', () => randomBytes(8).toString('hex'));
  const images = new ImageFolder(dir);
  const stop = new AbortController();
  let tailing: Promise<void> = Promise.resolve();
  let closed: Promise<void> | undefined;

  const failed = (what: string) => (key: string, err: unknown) => log.warn({ err, key }, `${what} failed`);
  const queue = {
    workloads: new WorkQueue((key) => workloads.reconcile(key), failed('a look at a workload')),
    pods: new WorkQueue((key) => workloads.write(key), failed('writing down a pod')),
    services: new WorkQueue((key) => endpoints.reconcile(refOf(key)), failed('a look at a service')),
    builds: new WorkQueue((key) => builds.reconcile(key), failed('a look at a build')),
  };
  const workloads = new Workloads(
    {
      dir,
      folderId,
      records,
      images,
      backoff: options.backoff ?? defaultBackoff,
      clock,
      changed: (app) => {
        endpoints.refresh(app);
        queue.services.add(`${app.namespace}/${app.name}`);
      },
      failed: failed('a log or the files of a pod'),
    },
    queue,
  );
  const endpoints = new Endpoints(records, (app) => workloads.podsOf(app));
  const builds = new Builds({ dir, folderId, records, failed: failed('a build') });

  const look = ({ kind, namespace, name }: Pick<RecordChange, 'kind' | 'namespace' | 'name'>) => {
    if (kind === 'Deployment') queue.workloads.add(`${namespace}/${name}`);
    if (kind === 'Service') queue.services.add(`${namespace}/${name}`);
    if (kind === 'Job') queue.builds.add(name);
  };

  /** What an app made and nobody can remove must not keep the platform from starting. */
  const remove = (path: string) => removeTree(path).catch((err) => failed('removing a folder')(path, err));
  const recover = async () => {
    const pods = records.list('Pod');
    const processes = [...pods, ...records.list('Job')].flatMap(({ body }) => body.process ?? []);
    await endLeftovers(folderId, processes);
    for (const pod of pods) records.remove(pod);
    await remove(join(dir, 'pods'));
    const known = new Set(records.list('Job').map(({ body }) => body.folder));
    for (const folder of await readdir(join(dir, 'builds')).catch(() => []))
      if (!known.has(folder)) await remove(buildFolder(dir, folder));
  };

  const close = async () => {
    stop.abort();
    await tailing;
    queue.workloads.close();
    queue.builds.close();
    await Promise.all([workloads.close(options.closeGraceMs ?? 5000), builds.close()]);
    queue.pods.close();
    queue.services.close();
    records.close();
  };

  return {
    async start() {
      await recover();
      const from = lastSequence(records);
      for (const kind of ['Deployment', 'Service', 'Job'] as const) records.list(kind).forEach(look);
      tailing = tail({ records, dir, from, signal: stop.signal, deliver: async (change) => look(change) });
    },
    close() {
      closed ??= close();
      return closed;
    },
    readyEndpoints: (app) => endpoints.of(app),
  };
}

function refOf(key: string): AppRef {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}
