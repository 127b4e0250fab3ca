import type { App } from '../../../shared/domain/app.ts';
import type { Change } from '../../../shared/domain/change.ts';
import type { WorkloadOutcome } from '../../../shared/domain/workload.ts';
import { again } from '../app-of.ts';
import type { Needs } from '../needs.ts';

/**
 * Marks the Workload of a Change that will not be live, so that the sweep may have it. A live one is left alone; one
 * that a rollback has claimed keeps its outcome, and goes back to being a standby.
 */
export async function giveUp(
  { cluster, clock }: Needs,
  app: App,
  change: Change,
  outcome: Extract<WorkloadOutcome, 'superseded' | 'cancelled'>,
): Promise<void> {
  const { release } = change;
  if (release === undefined) return;
  await again(async () => {
    const service = await cluster.getService(app);
    const workload = await cluster.getWorkload(app, release);
    if (!workload || workload.standbySince || service?.live === release) return;
    await cluster.updateWorkload(workload, {
      standbySince: clock(),
      ...(workload.outcome === undefined ? { outcome } : {}),
    });
  });
}
