import { ConflictError } from '../domain/errors.ts';
import { buildLogId } from '../domain/log.ts';
import type { Ports } from './ports.ts';
import { readLog } from './read-log.ts';

/** Ends a running Build that no open Change waits for any longer; several Apps may share one. */
export async function abandonBuild(
  { store, cluster, clock }: Pick<Ports, 'store' | 'cluster' | 'clock'>,
  key: string,
): Promise<void> {
  if ((await store.listChanges({ build: key, open: true, limit: 1 })).length > 0) return;
  const build = await store.getBuild(key);
  if (build?.state !== 'running') return;
  try {
    await store.saveBuild({ ...build, state: 'cancelled', finishedAt: clock().toISOString() });
  } catch (err) {
    if (err instanceof ConflictError) return; // It has just finished.
    throw err;
  }
  if (!(await cluster.getBuildJob(key))) return;
  await store.saveLog(buildLogId(key), await readLog(cluster.buildJobLog(key, {})));
  await cluster.deleteBuildJob(key);
}
