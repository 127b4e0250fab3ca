import { ConflictError } from '../domain/errors.ts';
import type { Service, Workload } from '../domain/workload.ts';
import type { WorkloadChange } from '../ports/cluster.ts';
import type { Ports } from './ports.ts';

/**
 * Marks the Workload of a release that is not to be live, before its Change has the verdict: nobody may switch to what has
 * one, neither by what he read before this nor by what he read before the mark. ConflictError where somebody has
 * switched, or written the Workload, since they were read.
 */
export async function markEnded(
  { cluster, clock }: Pick<Ports, 'cluster' | 'clock'>,
  service: Service,
  workload: Workload,
  mark: Pick<WorkloadChange, 'outcome'>,
): Promise<void> {
  const raised = await cluster.raiseEpoch(service);
  await cluster.updateWorkload(workload, { ...mark, standbySince: clock() });
  await raiseAgain(cluster, raised, workload);
}

/** Times that others may raise it meanwhile: each hold, lift and look does. */
const TRIES = 5;

/** Others may have raised it as well; only one who has made the release live after all is a reason to look anew. */
async function raiseAgain(cluster: Ports['cluster'], raised: Service, workload: Workload): Promise<void> {
  let service = raised;
  for (let attempt = 1; ; attempt++) {
    try {
      await cluster.raiseEpoch(service);
      return;
    } catch (err) {
      if (!(err instanceof ConflictError) || attempt === TRIES) throw err;
      const now = await cluster.getService(workload.app);
      if (!now || now.live === workload.release.number) throw err;
      service = now;
    }
  }
}
