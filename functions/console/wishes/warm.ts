import type { App, AppRef } from '../../../shared/domain/app.ts';
import type { Workload } from '../../../shared/domain/workload.ts';
import { addressOf, again, requireLivingApp } from '../app-of.ts';
import type { Needs } from '../needs.ts';
import { refusal } from '../problem.ts';

/**
 * Takes back that the sweep scaled a release down: it is started again, and stands by for its App's standby time from now
 * on. What is live stays live.
 */
export async function warm(
  { cluster, clock }: Pick<Needs, 'cluster' | 'clock'>,
  ref: AppRef,
  release: number,
): Promise<{ readonly app: App; readonly until: Date }> {
  const since = clock();
  const app = await again(async () => {
    const app = await requireLivingApp(cluster, ref);
    // Read after the Service: a release that a switch makes live in between is then seen to have its pods.
    const service = await cluster.getService(ref);
    const workload = await cluster.getWorkload(ref, release);
    const obstacle = whyNot(app, workload, service?.live, release);
    if (!workload || obstacle !== undefined) throw refusal(workload ? 409 : 404, obstacle ?? '');
    await cluster.updateWorkload(workload, { replicas: app.spec.replicas, standbySince: since });
    return app;
  });
  return { app, until: new Date(since.getTime() + app.spec.retention.standbySeconds * 1000) };
}

/** Undefined: it can be started again. */
function whyNot(
  app: App,
  workload: Workload | undefined,
  live: number | undefined,
  release: number,
): string | undefined {
  const name = `r${release} of ${addressOf(app)}`;
  if (!workload) return `There is no ${name}: the sweep has deleted it, or it never was.`;
  if (live === release) return `${name} is live.`;
  if (workload.replicas > 0) return `${name} has its pods: there is nothing to start.`;
  return isWarmable(workload) ? undefined : `${name} never was live: nothing says that it would run.`;
}

/** A release that the sweep has scaled down and that may stand by again. */
export const isWarmable = ({ replicas, outcome }: Pick<Workload, 'replicas' | 'outcome'>) =>
  replicas === 0 && outcome === 'deployed';
