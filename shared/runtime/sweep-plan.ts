import type { App, AppRef } from '../domain/app.ts';
import { InvalidError } from '../domain/errors.ts';
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
  const plan: PlannedAction[] = [];
  for (const [name, own] of Map.groupBy(workloads, (workload) => key(workload.app))) {
    const app = apps.get(name) ?? (await missingApp(cluster, own));
    if (app === 'unreadable') {
      plan.push(
        ...own.map((workload) => ({ ...keep(workload), reason: 'kept: its App cannot be read', workload })),
      );
      continue;
    }
    const numbered = new Map(own.map((workload) => [workload.release.number, workload]));
    for (const action of planSweep({ app, service: services.get(name), workloads: own, now })) {
      plan.push({ ...action, workload: numbered.get(action.release) as Workload });
    }
  }
  return plan;
}

export type PlannedAction = SweepAction & { readonly workload: Workload };

/** A listing leaves out what cannot be read: only an App that is asked for and not there is gone. */
async function missingApp(
  cluster: Ports['cluster'],
  [workload]: readonly Workload[],
): Promise<App | undefined | 'unreadable'> {
  if (!workload) return undefined;
  try {
    return await cluster.getApp(workload.app);
  } catch (err) {
    if (err instanceof InvalidError) return 'unreadable';
    throw err;
  }
}

const keep = ({ app, release }: Workload) => ({ app, release: release.number, action: 'keep' as const });
const key = (app: AppRef) => `${app.namespace}/${app.name}`;
const byApp = <T>(items: readonly T[], app: (item: T) => AppRef) =>
  new Map(items.map((item) => [key(app(item)), item]));
