import { ConflictError, InvalidError, RetryableError } from '../domain/errors.ts';
import { buildLogId } from '../domain/log.ts';
import type { Ports } from './ports.ts';
import { readLog } from './read-log.ts';

type Needs = Pick<Ports, 'store' | 'cluster' | 'clock' | 'log'>;

/**
 * Ends a Build that no open Change waits for any longer; several Apps may share one. Its Job goes first: until the
 * Build is said to be cancelled, resync comes back to it.
 */
export async function abandonBuild(ports: Needs, key: string): Promise<void> {
  const { store, cluster, clock } = ports;
  if (await isAwaited(store, key)) return;
  const build = await store.getBuild(key);
  // Of one that was cancelled a Job may be left, which another App had just asked for.
  if (build?.state !== 'running' && build?.state !== 'cancelled') return;
  const job = await cluster.getBuildJob(key);
  if (job) {
    await keepLog(ports, key);
    // That took its time: another App may wait for it by now, or for one that was started anew.
    if (await isAwaited(store, key)) return;
    await cluster.deleteBuildJob(key, job.startedAt);
  }
  if (build.state === 'cancelled') return;
  try {
    await store.saveBuild({ ...build, state: 'cancelled', finishedAt: clock().toISOString() });
  } catch (err) {
    if (!(err instanceof ConflictError)) throw err; // It has just finished.
  }
}

const isAwaited = async (store: Needs['store'], key: string) =>
  (await store.listChanges({ build: key, open: true, limit: 1 })).length > 0;

/** A log that cannot be read keeps no Job running. */
async function keepLog({ store, cluster, log }: Needs, key: string): Promise<void> {
  let text: string;
  try {
    text = await readLog(cluster.buildJobLog(key, {}));
  } catch (err) {
    if (!(err instanceof RetryableError || err instanceof InvalidError)) throw err;
    return log.warn({ err, build: key }, 'the log of a cancelled build could not be read');
  }
  await store.saveLog(buildLogId(key), text);
}
