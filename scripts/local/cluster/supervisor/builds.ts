import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { removeTree } from '../../remove-tree.ts';
import { buildFolder, credentialOf, logOf } from '../folders.ts';
import { BUILD_NAMESPACE } from '../records/builds.ts';
import type { Bodies } from '../records/kinds.ts';
import type { Records, Stored } from '../records/records.ts';
import { type BuildResult, readBuildResult } from './build-result.ts';
import { buildEnvironment } from './environment.ts';
import { MARKER, markerOf } from './marker.ts';
import { ProcessGroup } from './process-group.ts';

const program = fileURLToPath(new URL('../../builder/job.ts', import.meta.url));
const GRACE_MS = 500;
const RETRY_MS = 500;

export interface BuildsOptions {
  readonly dir: string;
  readonly folderId: string;
  readonly records: Records;
  readonly failed: (key: string, error: unknown) => void;
}

/** Runs each wanted build as a process group of its own, ends it at its deadline and writes down what came of it. */
export class Builds {
  readonly #options: BuildsOptions;
  /** By uid: a build may be asked for anew while the deleted one of its key is on its way out. */
  readonly #running = new Map<string, { key: string; stop: AbortController; done: Promise<void> }>();

  constructor(options: BuildsOptions) {
    this.#options = options;
  }

  reconcile(key: string): void {
    const record = this.#options.records.get('Job', BUILD_NAMESPACE, key);
    for (const [uid, build] of this.#running)
      if (build.key === key && uid !== record?.uid) build.stop.abort();
    if (record?.body.phase === 'running' && !this.#running.has(record.uid)) this.#start(record);
  }

  async close(): Promise<void> {
    for (const build of this.#running.values()) build.stop.abort();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #start(record: Stored<'Job'>): void {
    const stop = new AbortController();
    const done = this.#build(record, stop.signal)
      .catch((error: unknown) => this.#options.failed(record.name, error))
      .finally(() => this.#running.delete(record.uid));
    this.#running.set(record.uid, { key: record.name, stop, done });
  }

  async #build(record: Stored<'Job'>, signal: AbortSignal): Promise<void> {
    const folder = buildFolder(this.#options.dir, record.body.folder);
    const result = await this.#run(record, folder, signal).catch((error: Error) =>
      signal.aborted ? undefined : { reason: `the build could not be run: ${error.message}` },
    );
    if (result) await this.#conclude(record, folder, result, signal);
    // One that was stopped and is still wanted is started again by the next start, from its source.
    if (!this.#current(record)) await removeTree(folder);
  }

  /** Whatever else fails, the Job ends. */
  async #conclude(
    record: Stored<'Job'>,
    folder: string,
    result: BuildResult,
    signal: AbortSignal,
  ): Promise<void> {
    const failed = (error: unknown) => this.#options.failed(record.name, error);
    const [last, phase] =
      'reason' in result
        ? ([`failed: ${result.reason}`, 'failed'] as const)
        : ([`image: ${result.image}`, 'succeeded'] as const);
    for (const used of [credentialOf(folder), join(folder, 'source'), join(folder, 'work')])
      await removeTree(used).catch(failed);
    await appendFile(logOf(folder), `${last}\n`).catch(failed);
    while (!this.#written(record, { phase, ...result }, failed) && !signal.aborted)
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }

  /** False: another writer was at it, or the disk is full. */
  #written(record: Stored<'Job'>, change: Partial<Bodies['Job']>, failed: (error: unknown) => void): boolean {
    try {
      this.#write(record, change);
      return true;
    } catch (error) {
      failed(error);
      return false;
    }
  }

  /** Undefined: it was stopped, so its result is nobody's. */
  async #run(record: Stored<'Job'>, folder: string, signal: AbortSignal): Promise<BuildResult | undefined> {
    const { dir, folderId } = this.#options;
    const work = join(folder, 'work');
    await removeTree(work);
    for (const own of ['home', 'tmp']) await mkdir(join(work, own), { recursive: true });
    const { process: _, phase: _phase, folder: _folder, ...job } = record.body;
    await writeFile(join(work, 'job.json'), JSON.stringify(job));
    if (signal.aborted) return undefined;

    const group = await ProcessGroup.start({
      command: [process.execPath, program, folder, dir],
      cwd: work,
      env: {
        ...buildEnvironment(join(work, 'home'), join(work, 'tmp')),
        [MARKER]: markerOf(folderId, record.name),
      },
      log: logOf(folder),
      logFailed: (error) => this.#options.failed(record.name, error),
    });
    let late = false;
    const end = () => void group.stop(GRACE_MS);
    const deadline = setTimeout(() => {
      late = true;
      end();
    }, record.body.timeoutSeconds * 1000);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
    try {
      this.#write(record, { process: group.id });
      const exit = await group.exited;
      if (late) return { reason: 'DeadlineExceeded' };
      return signal.aborted ? undefined : await readBuildResult(join(work, 'result.json'), exit);
    } finally {
      clearTimeout(deadline);
      await group.stop(0);
      await group.logged;
    }
  }

  /** Only into the record that it was started for. */
  #write(record: Stored<'Job'>, change: Partial<Bodies['Job']>): void {
    const { records } = this.#options;
    records.transaction(() => {
      const now = this.#current(record);
      if (!now) return;
      const { process: _, ...body } = now.body;
      records.update(now, { ...body, ...change });
    });
  }

  #current(record: Stored<'Job'>): Stored<'Job'> | undefined {
    const now = this.#options.records.get('Job', record.namespace, record.name);
    return now?.uid === record.uid ? now : undefined;
  }
}
