import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** A log is at most two of these, as DESIGN §7 bounds it: the file that is written, and the one before it. */
export const PART_BYTES = 5 * 1024 * 1024;

/** Where the file goes that is full. */
export const before = (file: string) => `${file}.1`;

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** One file of a log, held open: it can be read to its end whatever its name is by then. */
export interface Part {
  readonly handle: FileHandle;
  readonly inode: number;
  /** When it was opened. */
  readonly size: number;
}

/** Undefined: there is none. */
export async function openPart(file: string): Promise<Part | undefined> {
  // Of an app's making it may be a pipe, which is not waited at, or a link, which is not followed.
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(missing);
  if (!handle) return undefined;
  const { ino: inode, size } = await handle.stat();
  return { handle, inode, size };
}

/** From there to its end as it is then, in pieces. */
export async function* bytesOf({ handle }: Part, from: number): AsyncGenerator<Buffer> {
  for (let position = from; ; ) {
    const bytes = await bytesAt(handle, position, CHUNK_BYTES);
    if (bytes.length === 0) return;
    yield bytes;
    position += bytes.length;
  }
}

/** Where the `count`-th newline from its end is, or how many there are in its last `most` bytes. */
export async function newlineFromEnd(
  { handle, size }: Part,
  count: number,
  most: number,
): Promise<{ readonly at: number } | { readonly found: number }> {
  const floor = Math.max(0, size - most);
  let found = 0;
  for (let end = size; end > floor; end -= CHUNK_BYTES) {
    const from = Math.max(floor, end - CHUNK_BYTES);
    const bytes = await bytesAt(handle, from, end - from);
    for (let index = bytes.length - 1; index >= 0; index -= 1) {
      if (bytes[index] === NEWLINE) found += 1;
      if (found === count) return { at: from + index };
    }
  }
  return { found };
}

export async function endsLine({ handle, size }: Part): Promise<boolean> {
  return (await bytesAt(handle, size - 1, 1))[0] === NEWLINE;
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

export function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
