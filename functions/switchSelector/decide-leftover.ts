import type { App } from '../../shared/domain/app.ts';
import type { Change, Verdict } from '../../shared/domain/change.ts';
import type { Service, Workload } from '../../shared/domain/workload.ts';

/** The verdict of an open Change that no step will end any more; undefined: it still waits for something. */
export function decideLeftover(
  change: Change,
  scene: { service: Pick<Service, 'live'>; app: Pick<App, 'spec'>; workloads: readonly Workload[] },
): Verdict | undefined {
  const workload = scene.workloads.find(
    ({ release }) => release.change === change.id || release.number === change.release,
  );
  // The cluster remembers what a store that failed over does not. A rollback is done once its release is live.
  if (workload?.outcome === 'deployed' && (change.kind !== 'rollback' || isLive(workload, scene.service))) {
    return { outcome: 'deployed', release: workload.release.number };
  }
  if (workload?.outcome === 'failed') return { outcome: 'failed', why: `r${workload.release.number} failed` };
  if (workload?.outcome === 'superseded' && change.kind !== 'rollback') {
    return { outcome: 'superseded', by: `r${scene.service.live ?? workload.release.number + 1}` };
  }
  if (workload?.outcome === 'cancelled') return { outcome: 'cancelled', by: 'a person' };
  if (change.release !== undefined && !workload) {
    return { outcome: 'failed', why: `r${change.release} is not there any more` };
  }
  if (change.kind !== 'rollback') return undefined;
  return scene.app.spec.hold?.release === change.release
    ? undefined
    : { outcome: 'cancelled', by: 'the end of the Hold that asked for it' };
}

const isLive = ({ release }: Workload, { live }: Pick<Service, 'live'>) => release.number === live;
