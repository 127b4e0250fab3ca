import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type DestinationStream, pino } from 'pino';

/** Where the platform and its functions write what they do, one JSON object per line. */
export const platformLog = (dir: string): DestinationStream =>
  // Each line is the kernel's when the call returns: the last ones before a kill -9 are those of interest.
  pino.destination({ dest: join(dir, 'cite.log'), append: true, sync: true });

const MAX_LOG_BYTES = 20 * 1024 * 1024;

/** At each start: the log of before is kept once. */
export function rotatePlatformLog(dir: string): void {
  const file = join(dir, 'cite.log');
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_LOG_BYTES) renameSync(file, `${file}.1`);
}
