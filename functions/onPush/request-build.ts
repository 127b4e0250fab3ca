import type { App } from '../../shared/domain/app.ts';
import type { Build } from '../../shared/domain/build.ts';
import type { Change } from '../../shared/domain/change.ts';
import { ConflictError } from '../../shared/domain/errors.ts';
import { ownEvent } from '../../shared/domain/events.ts';
import type { Ports } from '../../shared/runtime/ports.ts';

type Needs = Pick<Ports, 'store' | 'cluster' | 'codeHost' | 'events' | 'clock'>;

/**
 * Sees to it that the Build of a Change is under way or done: at most one runs per key (invariant 5). `anew`: one that
 * failed or was cancelled is run again. A Build that has its result is announced again, for the Change that waits for it.
 */
export async function requestBuild(ports: Needs, app: App, change: Change, anew: boolean): Promise<void> {
  const { build: key, commit } = change;
  if (key === undefined) return;
  const known = await ports.store.getBuild(key);
  const restart = anew && (known?.state === 'failed' || known?.state === 'cancelled');
  if (known && known.state !== 'running' && !restart) {
    return ports.events.emit(ownEvent('dev.cite.build.finished', { build: key }));
  }
  // A result of the same key that is to be had no longer must not be taken for the new one's.
  if (restart) await ports.cluster.deleteBuildJob(key);
  if (!known || restart) await saveRunning(ports, app, key, commit, known?.revision ?? 0);
  const source = await ports.codeHost.cloneSource(app.spec.repository);
  await ports.cluster.startBuildJob({
    key,
    repository: app.spec.repository,
    commit,
    cloneUrl: source.url,
    ...(source.credential === undefined ? {} : { credential: source.credential }),
    settings: app.spec.build,
    timeoutSeconds: app.spec.buildTimeoutSeconds,
  });
  // After a loss of the store the Job may be there, and done: its event was heard by nobody.
  const job = await ports.cluster.getBuildJob(key);
  if (job && job.phase !== 'running')
    await ports.events.emit(ownEvent('dev.cite.build.found', { build: key }));
}

async function saveRunning(
  ports: Needs,
  app: App,
  key: string,
  commit: string,
  revision: number,
): Promise<void> {
  const build: Build = {
    key,
    repository: app.spec.repository,
    commit,
    state: 'running',
    startedAt: ports.clock().toISOString(),
    revision,
  };
  try {
    await ports.store.saveBuild(build);
  } catch (err) {
    // Two Apps of one commit ask at once: the other one's record serves both.
    if (!(err instanceof ConflictError)) throw err;
  }
}
