import type { Verdict } from '../../shared/domain/change.ts';
import type { WorkloadOutcome } from '../../shared/domain/workload.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import { changesOf, type Needs, type Scene, workloadOf } from './scene.ts';

/**
 * First the verdicts, then the mark on the Workload: a death in between finds it undecided, and ends it again. Before
 * both the epoch: somebody may be switching to it by what he read before, and then loses his test.
 */
export async function endRelease(
  ports: Needs,
  scene: Scene,
  release: number,
  verdict: Verdict,
  outcome: WorkloadOutcome,
): Promise<void> {
  const { cluster } = ports;
  const isLive = release === scene.service.live;
  const service = isLive ? scene.service : await cluster.raiseEpoch(scene.service);
  for (const change of changesOf(scene, release)) await ledger(ports).conclude(change, verdict);
  const workload = workloadOf(scene, release);
  // What was live once may be gone back to: a rollback that failed takes nothing from it.
  const mark = workload.outcome === 'deployed' ? {} : { outcome };
  // What is selected has no standby clock, whatever its outcome: the switch away from it starts that.
  const clock = isLive ? {} : { standbySince: ports.clock() };
  const marked = await cluster.updateWorkload(workload, { ...mark, ...clock });
  if (isLive || marked.pinnedBy !== undefined) return;
  if (outcome !== 'superseded' && outcome !== 'cancelled') return;
  // What was overtaken before it was live needs no pods; one that failed keeps them for a look at their logs until the
  // sweep. Raised again: where the store has lost the verdict, the mark is what tells others.
  await cluster.raiseEpoch(service);
  await cluster.updateWorkload(marked, { replicas: 0 });
}
