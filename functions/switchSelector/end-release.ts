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
  if (release !== scene.service.live) await ports.cluster.raiseEpoch(scene.service);
  for (const change of changesOf(scene, release)) await ledger(ports).conclude(change, verdict);
  const workload = workloadOf(scene, release);
  // What was live once may be gone back to: a rollback that failed takes nothing from it.
  const mark = workload.outcome === 'deployed' ? {} : { outcome };
  // What is selected has no standby clock, whatever its outcome: the switch away from it starts that.
  const clock = release === scene.service.live ? {} : { standbySince: ports.clock() };
  await ports.cluster.updateWorkload(workload, { ...mark, ...clock, ...unneeded(scene, release, outcome) });
}

/**
 * What was overtaken before it was live needs no pods. One that failed keeps them for a look at their logs until the
 * sweep.
 */
const unneeded = (scene: Scene, release: number, outcome: WorkloadOutcome): { replicas?: 0 } =>
  release !== scene.service.live && (outcome === 'superseded' || outcome === 'cancelled')
    ? { replicas: 0 }
    : {};
