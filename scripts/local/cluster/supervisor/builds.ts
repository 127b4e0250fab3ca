import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildFolder, credentialOf, logOf } from '../folders.ts';
import { rotateLog } from '../log-file.ts';
import { BUILD_NAMESPACE } from '../records/builds.ts';
import type { Bodies } from '../records/kinds.ts';
import type { Records, Stored } from '../records/records.ts';
import { buildEnvironment } from './environment.ts';
import { MARKER, markerOf } from './marker.ts';
import { type Exit, ProcessGroup } from './process-group.ts';

const program = fileURLToPath(new URL('../../builder/job.ts', import.meta.url));
const ROTATE_EVERY_MS = 2000;
const GRACE_MS = 500;

type Result = { readonly image: string } | { readonly reason: string };

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
    const { body } = record;
    const folder = buildFolder(this.#options.dir, body.folder);
    const result = await this.#run(record, folder, signal);
    if (result) {
      const [last, phase] =
        'reason' in result
          ? ([`failed: ${result.reason}`, 'failed'] as const)
          : ([`image: ${result.image}`, 'succeeded'] as const);
      await rm(credentialOf(folder), { force: true });
      for (const used of ['source', 'work']) await rm(join(folder, used), { recursive: true, force: true });
      await appendFile(logOf(folder), `${last}\n`);
      this.#write(record, { phase, ...result });
    }
    // One that was stopped and is still wanted is started again by the next start, from its source.
    if (!this.#current(record)) await rm(folder, { recursive: true, force: true });
  }

  /** Undefined: it was stopped, so its result is nobody's. */
  async #run(record: Stored<'Job'>, folder: string, signal: AbortSignal): Promise<Result | undefined> {
    const { dir, folderId } = this.#options;
    const work = join(folder, 'work');
    await rm(work, { recursive: true, force: true });
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
    });
    this.#write(record, { process: group.id });
    let late = false;
    const end = () => void group.stop(GRACE_MS);
    const deadline = setTimeout(() => {
      late = true;
      end();
    }, record.body.timeoutSeconds * 1000);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
    const rotation = setInterval(() => rotateLog(logOf(folder)), ROTATE_EVERY_MS);
    const exit = await group.exited;
    clearTimeout(deadline);
    clearInterval(rotation);
    await group.stop(0);
    if (late) return { reason: 'DeadlineExceeded' };
    return signal.aborted ? undefined : resultOf(work, exit);
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

async function resultOf(work: string, exit: Exit): Promise<Result> {
  const text = await readFile(join(work, 'result.json'), 'utf8').catch(() => undefined);
  if (text !== undefined) return JSON.parse(text) as Result;
  return {
    reason: exit.signal ? `the build was killed by ${exit.signal}` : `the build ended with ${exit.code}`,
  };
}
