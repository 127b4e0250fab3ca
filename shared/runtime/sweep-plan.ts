import type { AppRef } from '../domain/app.ts';
import { planSweep, type SweepAction } from '../domain/sweep.ts';
import type { Workload } from '../domain/workload.ts';
import type { Ports } from './ports.ts';

/** What a sweep would do now: one listing of each kind, however many there are. Writes nothing: the dry run is this. */
export async function sweepPlan({
  cluster,
  clock,
}: Pick<Ports, 'cluster' | 'clock'>): Promise<PlannedAction[]> {
  // Workloads before Services: one that is switched to in between is then seen as live (DESIGN §6).
  const workloads = await cluster.listWorkloads();
  const services = byApp(await cluster.listServices(), (service) => service.app);
  const apps = byApp(await cluster.listApps(), (app) => app);
  const now = clock();
  return [...Map.groupBy(workloads, (workload) => key(workload.app))].flatMap(([app, own]) => {
    const numbered = new Map(own.map((workload) => [workload.release.number, workload]));
    return planSweep({ app: apps.get(app), service: services.get(app), workloads: own, now }).map(
      (action) => ({
        ...action,
        workload: numbered.get(action.release) as Workload,
      }),
    );
  });
}

export type PlannedAction = SweepAction & { readonly workload: Workload };

const key = (app: AppRef) => `${app.namespace}/${app.name}`;
const byApp = <T>(items: readonly T[], app: (item: T) => AppRef) =>
  new Map(items.map((item) => [key(app(item)), item]));
