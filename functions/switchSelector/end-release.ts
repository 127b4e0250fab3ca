import type { Verdict } from '../../shared/domain/change.ts';
import type { WorkloadOutcome } from '../../shared/domain/workload.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import { changesOf, type Needs, type Scene, workloadOf } from './scene.ts';

/** First the verdicts, then the mark on the Workload: a death in between finds it undecided, and ends it again. */
export async function endRelease(
  ports: Needs,
  scene: Scene,
  release: number,
  verdict: Verdict,
  outcome: WorkloadOutcome,
): Promise<void> {
  for (const change of changesOf(scene, release)) await ledger(ports).conclude(change, verdict);
  // What is selected has no standby clock, whatever its outcome: the switch away from it starts that.
  const clock = release === scene.service.live ? {} : { standbySince: ports.clock() };
  await ports.cluster.updateWorkload(workloadOf(scene, release), { outcome, ...clock });
}
