import type { AppRef } from '../../shared/domain/app.ts';
import type { Verdict } from '../../shared/domain/change.ts';
import { ownEvent } from '../../shared/domain/events.ts';
import type { WorkloadOutcome } from '../../shared/domain/workload.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import { markEnded } from '../../shared/runtime/mark-ended.ts';
import { changesOf, type Needs, type Scene, workloadOf } from './scene.ts';

/** Verdicts for the open Changes of a release, and the mark on its Workload: whichever a death leaves out, the next look adds. */
export async function endRelease(
  ports: Needs,
  scene: Scene,
  release: number,
  verdict: Verdict,
  outcome: WorkloadOutcome,
): Promise<void> {
  const { cluster } = ports;
  const workload = workloadOf(scene, release);
  // What was live once may be gone back to: a rollback that failed takes nothing from it.
  const mark = workload.outcome === 'deployed' ? {} : { outcome };
  if (release === scene.service.live) {
    await conclude(ports, scene, release, verdict);
    // An edit of the configuration waits for the verdict: what is selected may be superseded by none (createService).
    // Before the mark: as long as that is missing the next look comes here again, and nobody has to find what was not sent.
    await ports.events.emit(ownEvent('dev.cite.app.found', refOf(scene.app)));
    // What is selected has no standby clock, whatever its outcome: the switch away from it starts that.
    const clock = workload.standbySince === undefined ? {} : { standbySince: null };
    await cluster.updateWorkload(workload, { ...mark, ...clock });
    return;
  }
  if (outcome === 'deployed') {
    // It was live when it was proven, and is what is selected first where nothing is: the sweep starts a clock that is missing.
    await cluster.updateWorkload(workload, mark);
    return conclude(ports, scene, release, verdict);
  }
  await markEnded(ports, scene.service, workload, mark);
  await conclude(ports, scene, release, verdict);
}

const refOf = ({ namespace, name }: AppRef): AppRef => ({ namespace, name });

async function conclude(ports: Needs, scene: Scene, release: number, verdict: Verdict): Promise<void> {
  for (const change of changesOf(scene, release)) await ledger(ports).conclude(change, verdict);
}
