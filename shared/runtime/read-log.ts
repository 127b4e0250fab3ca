import { cutLog } from '../domain/log.ts';

/** Characters that are taken before the log is cut to what is kept: an endless one must not fill the memory. */
const CUT_AFTER = 32 * 1024 * 1024;

/** A log as a whole, or the end of one that is too long to be kept. */
export async function readLog(log: AsyncIterable<string>): Promise<string> {
  let parts: string[] = [];
  let length = 0;
  for await (const part of log) {
    parts.push(part);
    length += part.length;
    if (length < CUT_AFTER) continue;
    parts = [cutLog(parts.join(''))];
    length = parts[0]?.length ?? 0;
  }
  return cutLog(parts.join(''));
}
