import { constants } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { type Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { before, PART_BYTES } from './log-parts.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;
/** An app can put a pipe or a link in its log's place: neither is waited at nor followed. */
const FLAGS = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
/** Who prints more waits for its log: reading at full speed would leave the proxy of all apps no time. */
const BYTES_PER_SECOND = 32 * 1024 * 1024;
/** How long the output is waited for after its process has ended: a child that left the group may keep it open. */
const LAST_WORDS_MS = 1000;

export interface LogWriting {
  /** When all output is written. After `cut` within a second, whoever still holds the output open. */
  readonly done: Promise<void>;
  cut(): void;
}

/**
 * Writes what a process prints to its log, bounded, and never faster than it can be written: the process waits. What
 * cannot be written is dropped; the log says so as soon as it can be written again. Never throws.
 */
export function writeLog(
  file: string,
  outputs: readonly Readable[],
  failed: (error: unknown) => void,
): LogWriting {
  const log = new Log(file, failed);
  const sink = new Writable({
    highWaterMark: 64 * 1024,
    write: (chunk: Buffer, _encoding, written) => void log.write(chunk).then(() => written()),
    final: (written) => void log.close().then(() => written()),
  });
  const ends = outputs.map(
    (output) => new Promise<void>((resolve) => output.once('close', () => resolve()).on('error', failed)),
  );
  for (const output of outputs) output.pipe(sink, { end: false });
  const done = Promise.all(ends).then(() => new Promise<void>((resolve) => sink.end(() => resolve())));
  return {
    done,
    cut() {
      const timer = setTimeout(() => {
        for (const output of outputs) output.destroy();
      }, LAST_WORDS_MS);
      void done.then(() => clearTimeout(timer));
    },
  };
}

class Log {
  readonly #file: string;
  readonly #failed: (error: unknown) => void;
  #handle: FileHandle | undefined;
  #size = 0;
  #lost = 0;
  #pace = new Pace();

  constructor(file: string, failed: (error: unknown) => void) {
    this.#file = file;
    this.#failed = failed;
  }

  async write(chunk: Buffer): Promise<void> {
    await this.#pace.take(chunk.length);
    try {
      if (this.#lost > 0) {
        await this.#append(Buffer.from(`\n[cite] ${this.#lost} bytes could not be written\n`));
        this.#lost = 0;
      }
      await this.#append(chunk);
    } catch (error) {
      if (this.#lost === 0) this.#failed(error);
      this.#lost += chunk.length;
      await this.close();
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(this.#failed);
  }

  async #append(bytes: Buffer): Promise<void> {
    this.#handle ??= await this.#open();
    if (this.#size >= PART_BYTES) {
      // Closed first: a reader that sees another file here knows that this one is whole.
      await this.close();
      await rename(this.#file, before(this.#file));
      this.#handle = await this.#open();
    }
    await this.#handle.appendFile(bytes);
    this.#size += bytes.length;
  }

  async #open(): Promise<FileHandle> {
    const handle = await open(this.#file, FLAGS, 0o600);
    this.#size = (await handle.stat()).size;
    return handle;
  }
}

/** Spreads bytes over time; a tenth of a second's worth at once costs no wait. */
class Pace {
  #free = performance.now();

  async take(bytes: number): Promise<void> {
    const now = performance.now();
    this.#free = Math.max(this.#free, now - 100) + (bytes / BYTES_PER_SECOND) * 1000;
    if (this.#free > now) await sleep(this.#free - now);
  }
}
