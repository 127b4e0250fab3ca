import { stat } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogOptions } from '../../../shared/ports/cluster.ts';
import {
  before,
  bytesOf,
  endsLine,
  missing,
  newlineFromEnd,
  openPart,
  PART_BYTES,
  type Part,
} from './log-parts.ts';

const POLL_MS = 50;
const LEFT_OUT = Buffer.from('\n[cite] written faster than it was read: a part of the log is left out\n');

/** The log's text in pieces. `ended` says whether anything more may come: with `follow` it goes on until then. */
export async function* readLog(
  file: string,
  options: LogOptions,
  ended: () => boolean,
): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let first = true;
  for await (const bytes of logBytes(file, options, ended)) {
    const text = decoder.write(first ? wholeCharacters(bytes) : bytes);
    first = false;
    if (options.signal?.aborted) return;
    if (text) yield text;
  }
  const rest = decoder.end();
  if (rest && !options.signal?.aborted) yield rest;
}

async function* logBytes(
  file: string,
  { tail, follow, signal }: LogOptions,
  ended: () => boolean,
): AsyncGenerator<Buffer> {
  let current = await openPart(file);
  const older = await openPart(before(file));
  try {
    // The one became the other meanwhile.
    const parts = [older?.inode === current?.inode ? undefined : older, current].filter((part) => !!part);
    const starts = await startsOf(parts, tail);
    let position = 0;
    for (const [index, part] of parts.entries()) {
      position = starts[index] ?? 0;
      for await (const bytes of bytesOf(part, position)) {
        yield bytes;
        position += bytes.length;
      }
    }
    if (!current) position = 0;

    while (follow && !signal?.aborted) {
      // Asked before the last look: what was written until the end is still read.
      const last = ended();
      // Looked at before the old one is read: nothing is written into that any more.
      const replaced = await isReplaced(file, current);
      if (current)
        for await (const bytes of bytesOf(current, position)) {
          yield bytes;
          position += bytes.length;
        }
      if (replaced) {
        if (current && (await inodeOf(before(file))) !== current.inode) yield LEFT_OUT;
        await current?.handle.close();
        current = undefined;
        current = await openPart(file);
        position = 0;
      } else if (last) return;
      else await sleep(POLL_MS, undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  } finally {
    await older?.handle.close();
    await current?.handle.close();
  }
}

/** Where in each part to begin: so many lines from the end, and never more than a log is bounded to. */
async function startsOf(parts: readonly Part[], tail: number | undefined): Promise<readonly number[]> {
  const newest = parts.findLast(({ size }) => size > 0);
  // A newline at the very end begins no line.
  const uncounted = tail && newest && (await endsLine(newest)) ? 1 : 0;
  let lines = tail === undefined ? Number.POSITIVE_INFINITY : tail + uncounted;
  let most = 2 * PART_BYTES;
  const starts: number[] = [];
  for (const part of parts.toReversed()) {
    let start = lines === 0 ? part.size : Math.max(0, part.size - most);
    if (lines > 0 && Number.isFinite(lines)) {
      const newline = await newlineFromEnd(part, lines, most);
      if ('at' in newline) start = newline.at + 1;
      lines = 'at' in newline ? 0 : lines - newline.found;
    }
    most -= part.size - start;
    starts.unshift(start);
  }
  return starts;
}

async function isReplaced(file: string, current: Part | undefined): Promise<boolean> {
  const inode = await inodeOf(file);
  return inode !== undefined && inode !== current?.inode;
}

const inodeOf = async (file: string) => (await stat(file).catch(missing))?.ino;

/** What is cut off from its beginning may be cut inside a character: its remaining bytes (UTF-8: 10xxxxxx) mean nothing. */
function wholeCharacters(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length && (bytes[start] ?? 0) >> 6 === 0b10) start += 1;
  return bytes.subarray(start);
}
