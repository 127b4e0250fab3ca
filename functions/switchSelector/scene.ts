import type { App, AppRef } from '../../shared/domain/app.ts';
import type { Change, Verdict } from '../../shared/domain/change.ts';
import type { Pod, Service, Workload } from '../../shared/domain/workload.ts';
import type { Ports } from '../../shared/runtime/ports.ts';

export type Needs = Pick<Ports, 'store' | 'cluster' | 'events' | 'probe' | 'clock' | 'sleep' | 'log'>;

/** One App with all that decides what is live. */
export interface Scene {
  readonly service: Service;
  readonly app: App;
  readonly workloads: readonly Workload[];
  readonly pods: readonly Pod[];
  /** Changes of the App that have no verdict yet. */
  readonly open: readonly Change[];
  /** Of each Release that has no outcome: the verdict of the Change that made it, where that has one. */
  readonly verdicts: ReadonlyMap<number, Verdict>;
  /** Workloads whose Release has no outcome, and of whose Change the store knows nothing. */
  readonly unknown: readonly Workload[];
}

/**
 * The Service first (DESIGN §6): a Hold or a switch that is written after it was read raises its epoch, so that what is
 * decided here fails its test. The rest at once: what is ready should not wait for four answers in turn, and each write
 * that follows is a compare-and-set on what was read here.
 */
export async function readScene({ cluster, store }: Needs, ref: AppRef): Promise<Scene | undefined> {
  const service = await cluster.getService(ref);
  if (!service) return undefined;
  const readApp = async () => {
    const app = await cluster.getApp(ref);
    return app && !app.deleting
      ? { app, open: await store.listChanges({ app: app.uid, open: true }) }
      : undefined;
  };
  const [found, workloads, pods] = await Promise.all([
    readApp(),
    cluster.listWorkloads(ref),
    cluster.listPods(ref),
  ]);
  if (!found) return undefined;
  const { app, open } = found;
  return { service, app, workloads, pods, open, ...(await endedMeanwhile(store, workloads, open)) };
}

async function endedMeanwhile(
  store: Needs['store'],
  workloads: readonly Workload[],
  open: readonly Change[],
): Promise<Pick<Scene, 'verdicts' | 'unknown'>> {
  const verdicts = new Map<number, Verdict>();
  const unknown: Workload[] = [];
  for (const workload of workloads) {
    const { release, outcome } = workload;
    if (outcome !== undefined || open.some((change) => change.id === release.change)) continue;
    const change = await store.getChange(release.change);
    if (!change) unknown.push(workload);
    else if (change.verdict) verdicts.set(release.number, change.verdict);
  }
  return { verdicts, unknown };
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

/** Since when a person waits for the Release of the Hold; the Hold itself tells, where the store lost their Change. */
export function askedAt({ service, app, open }: Pick<Scene, 'service' | 'app' | 'open'>): Date | undefined {
  const { hold } = app.spec;
  if (hold?.release === undefined || hold.release === service.live) return undefined;
  const wish = open.find((change) => change.kind === 'rollback' && change.release === hold.release);
  return new Date(wish?.openedAt ?? hold.at);
}

/** Whether what is live is proven anew for a person who went back to it. */
export const isToProve = ({ service, open }: Pick<Scene, 'service' | 'open'>) =>
  open.some((change) => change.kind === 'rollback' && change.release === service.live);

/** Of each Release: who wants the open Change cancelled that made it. */
export function cancelledBy({ open, workloads }: Pick<Scene, 'open' | 'workloads'>): Map<number, string> {
  const found = new Map<number, string>();
  for (const { release } of workloads) {
    const by = open.find(({ id }) => id === release.change)?.cancelledBy;
    if (by !== undefined) found.set(release.number, by);
  }
  return found;
}
