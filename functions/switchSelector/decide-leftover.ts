import type { App } from '../../shared/domain/app.ts';
import type { Change, Verdict } from '../../shared/domain/change.ts';
import { workloadFailure } from '../../shared/domain/pod-failure.ts';
import type { Pod, Service, Workload } from '../../shared/domain/workload.ts';

interface LeftoverFacts {
  readonly service: Pick<Service, 'live'>;
  readonly app: Pick<App, 'spec'>;
  readonly workloads: readonly Workload[];
  readonly pods: readonly Pod[];
}

/** The verdict of an open Change that no step will end any more; undefined: it still waits for something. */
export function decideLeftover(change: Change, scene: LeftoverFacts): Verdict | undefined {
  const workload = scene.workloads.find(
    ({ release }) => release.change === change.id || release.number === change.release,
  );
  // A rollback is done once its release is live, and may be to what was superseded.
  const isPending =
    change.kind === 'rollback' &&
    (workload?.outcome === 'superseded' ||
      (workload?.outcome === 'deployed' && workload.release.number !== scene.service.live));
  const verdict = workload && !isPending ? endedBy(workload, scene, change.cancelledBy) : undefined;
  if (verdict) return verdict;
  if (change.release !== undefined && !workload) {
    return { outcome: 'failed', why: `r${change.release} is not there any more` };
  }
  const { hold } = scene.app.spec;
  if (change.kind !== 'rollback' || hold?.release === change.release) return undefined;
  // Perhaps before its Change was opened.
  return hold?.givenUp === change.release
    ? { outcome: 'failed', why: `r${change.release} did not get ready, and was given up` }
    : { outcome: 'cancelled', by: change.cancelledBy ?? 'the end of the Hold that asked for it' };
}

/** In the words that whoever marked it had, where its pods still say so. */
function failure(workload: Workload, { pods }: Pick<LeftoverFacts, 'pods'>): string {
  const { number } = workload.release;
  const found = workloadFailure(
    workload,
    pods.filter(({ release }) => release === number),
  );
  return found ? `r${number}: ${found.why}` : `r${number} failed`;
}

/** The next release there is, or will be; or what a person went back to. */
function overtaker(
  { release }: Workload,
  { workloads, app }: Pick<LeftoverFacts, 'workloads' | 'app'>,
): number {
  const newer = workloads.map((other) => other.release.number).filter((number) => number > release.number);
  if (newer.length > 0) return Math.min(...newer);
  const asked = app.spec.hold?.release;
  return asked === undefined || asked === release.number ? release.number + 1 : asked;
}

/** How a Workload's Release ended, as the cluster remembers it where the store does not; undefined: it has not. */
export function endedBy(
  workload: Workload,
  scene: Omit<LeftoverFacts, 'service'>,
  cancelledBy?: string,
): Verdict | undefined {
  const { release, outcome } = workload;
  if (outcome === undefined) return undefined;
  switch (outcome) {
    case 'deployed':
      return { outcome, release: release.number };
    case 'failed':
      return { outcome, why: failure(workload, scene) };
    case 'superseded':
      return { outcome, by: `r${overtaker(workload, scene)}` };
    case 'cancelled':
      return { outcome, by: cancelledBy ?? 'a person' };
  }
}
