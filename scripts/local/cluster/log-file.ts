import { copyFileSync, openSync, statSync, truncateSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogOptions } from '../../../shared/ports/cluster.ts';

/** A log is at most two of these: the file that is written, and the one before it. */
const PART_BYTES = 5 * 1024 * 1024;
const POLL_MS = 50;
const CHUNK_BYTES = 64 * 1024;

const before = (file: string) => `${file}.1`;

/** For processes to write into by themselves: they outlive neither a full pipe nor a busy platform. */
export const openLog = (file: string): number => openSync(file, 'a', 0o600);

/**
 * Bounds a log that processes hold open: what is there moves into the part before. Lines written in the instant between
 * the two calls are lost; a pipe through the platform would lose none and make every app wait for it.
 */
export function rotateLog(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size < PART_BYTES) return;
  copyFileSync(file, before(file));
  truncateSync(file);
}

/** The log's text in pieces. `ended` says whether anything more may come: with `follow` it goes on until then. */
export async function* readLog(
  file: string,
  { tail, follow, signal }: LogOptions,
  ended: () => boolean,
): AsyncGenerator<string> {
  const parts = [await content(before(file)), await content(file)];
  const decoder = new StringDecoder('utf8');
  const start = decoder.write(Buffer.concat(parts)) + (follow ? '' : decoder.end());
  const text = tail === undefined ? start : lastLines(start, tail);
  if (signal?.aborted) return;
  if (text) yield text;
  if (!follow) return;

  let position = parts[1]?.length ?? 0;
  while (!signal?.aborted) {
    // Asked before the last look: what was written until the end is still read.
    const last = ended();
    for await (const piece of since(file, position)) {
      position = piece.position;
      const read = decoder.write(piece.bytes);
      if (signal?.aborted) return;
      if (read) yield read;
    }
    if (last) return;
    await sleep(POLL_MS, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}

async function* since(file: string, from: number): AsyncGenerator<{ bytes: Buffer; position: number }> {
  const handle = await open(file).catch(missing);
  if (!handle) return;
  try {
    const { size } = await handle.stat();
    let position = size < from ? 0 : from;
    while (position < size) {
      const bytes = Buffer.alloc(Math.min(CHUNK_BYTES, size - position));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield { bytes: bytes.subarray(0, bytesRead), position };
    }
  } finally {
    await handle.close();
  }
}

const content = async (file: string) => (await readFile(file).catch(missing)) ?? Buffer.alloc(0);

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function lastLines(text: string, count: number): string {
  const lines = text.split('\n');
  const open = lines.at(-1) === '' ? 1 : 0;
  return lines.slice(Math.max(0, lines.length - open - count)).join('\n');
}
