import type { App } from '../../../shared/domain/app.ts';
import type { Change } from '../../../shared/domain/change.ts';
import { abandonBuild } from '../../../shared/runtime/abandon-build.ts';
import { appOfChange } from '../../../shared/runtime/app-of-change.ts';
import { ledger } from '../../../shared/runtime/ledger.ts';
import { markEnded } from '../../../shared/runtime/mark-ended.ts';
import { again, raiseEpoch } from '../app-of.ts';
import { echo } from '../echo.ts';
import type { Needs } from '../needs.ts';
import { refusal } from '../problem.ts';
import { giveUp } from './give-up.ts';

/**
 * Ends a Change that is under way. First its release can no longer become live, then it has its verdict; what was made
 * for it goes after that. Asked again, it does what an earlier try may have left undone.
 */
export async function cancel(ports: Needs, id: string, by: string): Promise<Change> {
  const app = await appOfChange(ports, await requireChange(ports, id));
  const change = await again(() => conclude(ports, app, id, by));
  if (app) {
    // A switch that was decided before the verdict fails its test.
    await raiseEpoch(ports.cluster, app);
    await giveUp(ports, app, change, 'cancelled');
  }
  if (change.build !== undefined) await abandonBuild(ports, change.build);
  return change;
}

async function conclude(ports: Needs, app: App | undefined, id: string, by: string): Promise<Change> {
  let change = await requireChange(ports, id);
  if (change.verdict?.outcome === 'cancelled') return change;
  if (change.verdict)
    throw refusal(409, `It has ended already, ${change.reason}. Only a Change under way can be cancelled.`);
  if (app) await requireNotLive(ports, app, change);
  change = await ledger(ports).wishCancelled(change, by);
  if (app) await withdraw(ports, app, change);
  return ledger(ports).conclude(change, { outcome: 'cancelled', by });
}

/** What the Change is for, where there is something of it. */
async function releaseOf({ cluster }: Needs, app: App, change: Change) {
  const service = await cluster.getService(app);
  const workload = (await cluster.listWorkloads(app)).find(
    ({ release }) => release.change === change.id || release.number === change.release,
  );
  return { service, workload, release: workload?.release.number ?? change.release };
}

async function requireNotLive(ports: Needs, app: App, change: Change): Promise<void> {
  const { service, release } = await releaseOf(ports, app, change);
  if (release !== undefined && service?.live === release)
    throw refusal(409, `r${release} is live already. Activate another release instead.`);
}

async function withdraw(ports: Needs, app: App, change: Change): Promise<void> {
  const { service, workload } = await releaseOf(ports, app, change);
  await requireNotLive(ports, app, change);
  if (change.kind === 'rollback') await withdrawRelease(ports, app, change);
  if (service && workload)
    await markEnded(ports, service, workload, workload.outcome === undefined ? { outcome: 'cancelled' } : {});
}

/** The Hold stays until it is lifted, but no longer asks for that release. */
async function withdrawRelease({ cluster }: Needs, app: App, change: Change): Promise<void> {
  await again(async () => {
    const fresh = await cluster.getApp(app);
    if (!fresh?.spec.hold || fresh.spec.hold.release !== change.release) return;
    const { release: _, ...hold } = fresh.spec.hold;
    await cluster.updateApp(fresh, { hold });
  });
}

export const noChange = (id: string) =>
  refusal(404, `There is no Change ${echo(id)}. List the Changes to see the newest.`);

export async function requireChange({ store }: Needs, id: string): Promise<Change> {
  const change = await store.getChange(id);
  if (!change) throw noChange(id);
  return change;
}
