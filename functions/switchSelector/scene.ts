import type { App, AppRef } from '../../shared/domain/app.ts';
import type { Change } from '../../shared/domain/change.ts';
import type { Pod, Service, Workload } from '../../shared/domain/workload.ts';
import type { Ports } from '../../shared/runtime/ports.ts';

export type Needs = Pick<Ports, 'store' | 'cluster' | 'events' | 'probe' | 'clock' | 'log'>;

/** One App with all that decides what is live. */
export interface Scene {
  readonly service: Service;
  readonly app: App;
  readonly workloads: readonly Workload[];
  readonly pods: readonly Pod[];
  /** Changes of the App that have no verdict yet. */
  readonly open: readonly Change[];
}

/**
 * Reads in the order of DESIGN §6: a Hold or a switch that is written after the Service was read raises its epoch, so
 * that what is decided here fails its test.
 */
export async function readScene({ cluster, store }: Needs, ref: AppRef): Promise<Scene | undefined> {
  const service = await cluster.getService(ref);
  if (!service) return undefined;
  const app = await cluster.getApp(ref);
  if (!app || app.deleting) return undefined;
  const workloads = await cluster.listWorkloads(ref);
  const onTheirWay = workloads.some(
    (w) => w.outcome === undefined || w.release.number === app.spec.hold?.release,
  );
  const pods = onTheirWay ? await cluster.listPods(ref) : [];
  const open = await store.listChanges({ app: app.uid, open: true });
  return { service, app, workloads, pods, open };
}

/** The open Changes whose Release it is: the one that made it, and the rollbacks to it. */
export function changesOf(
  { open, workloads }: Pick<Scene, 'open' | 'workloads'>,
  release: number,
): readonly Change[] {
  const maker = workloads.find((workload) => workload.release.number === release)?.release.change;
  return open.filter((change) => change.id === maker || change.release === release);
}

export function workloadOf(scene: Pick<Scene, 'workloads'>, release: number): Workload {
  const workload = scene.workloads.find((candidate) => candidate.release.number === release);
  if (!workload) throw new Error(`r${release} was decided on, but is not in the scene`);
  return workload;
}

/** Since when a person waits for the Release that the Hold names. */
export function askedAt({ app, open }: Pick<Scene, 'app' | 'open'>): Date | undefined {
  const wish = open.find((change) => change.kind === 'rollback' && change.release === app.spec.hold?.release);
  return wish && new Date(wish.openedAt);
}
