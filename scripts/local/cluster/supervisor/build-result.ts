import { lstat, readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Exit } from './process-group.ts';

/** More than the longest reason of the builder by far. */
const MOST_BYTES = 64 * 1024;

const schema = z.union([
  z.strictObject({ image: z.string().regex(/^[a-z0-9./_:-]+@sha256:[0-9a-f]{64}$/) }),
  z.strictObject({ reason: z.string().min(1) }),
]);
export type BuildResult = z.output<typeof schema>;

/** What came of a build. What it left may be anything: the repository's own programs can write there. */
export async function readBuildResult(file: string, exit: Exit): Promise<BuildResult> {
  const found = await lstat(file).catch(() => undefined);
  if (!found)
    return {
      reason: exit.signal ? `the build was killed by ${exit.signal}` : `the build ended with ${exit.code}`,
    };
  try {
    if (!found.isFile() || found.size > MOST_BYTES) throw new Error('it is no small file');
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return {
      reason: 'the build left a result that cannot be read: something in it wrote to the place of it',
    };
  }
}
