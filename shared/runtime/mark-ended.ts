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
  await cluster.raiseEpoch(raised);
}
