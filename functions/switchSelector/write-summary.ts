import type { App, AppStatus } from '../../shared/domain/app.ts';
import { obstacle } from '../../shared/domain/obstacle.ts';
import { isStandby, type Workload } from '../../shared/domain/workload.ts';
import type { Needs, Scene } from './scene.ts';

/** What `kubectl get apps` prints, written only where it differs: a write wakes createService. */
export async function writeSummary({ cluster }: Needs, scene: Scene): Promise<void> {
  const next = summary(scene);
  const { status } = scene.app;
  if (Object.entries(next).every(([key, value]) => status[key as keyof AppStatus] === value)) return;
  await cluster.setAppStatus(scene.app, next);
}

function summary({ service, app, workloads }: Scene) {
  const name = (release: number | undefined) => (release === undefined ? '' : `r${release}`);
  const live = workloads.find((workload) => workload.release.number === service.live);
  const standby = workloads
    .filter((workload) => workload !== live && isStandby(workload))
    .reduce((newest, { release }) => Math.max(newest, release.number), 0);
  const next = workloads.find((workload) => workload.outcome === undefined && workload !== live);
  return {
    live: name(service.live),
    standby: name(standby || undefined),
    commit: live?.release.commit ?? '',
    state: stateOf(app, live, next),
  };
}

function stateOf({ spec, status }: App, live: Workload | undefined, next: Workload | undefined): string {
  const stopped = obstacle(status.conditions);
  if (stopped !== undefined) return stopped;
  if (spec.hold) return 'held';
  if (next) return `starting r${next.release.number}`;
  return live ? 'live' : 'waiting';
}
