import { setTimeout as delay } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import type { LogOptions } from '../../ports/cluster.ts';
import type { Connection } from './connection.ts';
import { containerLog } from './logs.ts';
import { metadataOf } from './objects.ts';

const STEPS = ['clone', 'build'];
/** Between two looks whether the Job has its pod. */
const POLL = 500;

interface Build {
  readonly pod: () => Promise<V1Pod | undefined>;
  readonly isRunning: () => Promise<boolean>;
}

/** What the steps of a build printed, one after the other; followed, until the last one ended or the build is gone. */
export async function* buildJobLog(
  connection: Connection,
  namespace: string,
  build: Build,
  options: LogOptions,
): AsyncGenerator<string> {
  const found = options.follow ? await awaitPod(build, options.signal) : await build.pod();
  if (!found) return;
  const pod = metadataOf(found).name;
  const stepLog = (container: string) => containerLog(connection, { namespace, pod, container }, options);
  if (options.tail === undefined || options.follow) {
    for (const container of STEPS) yield* stepLog(container);
    return;
  }
  let text = '';
  for (const container of STEPS) for await (const part of stepLog(container)) text += part;
  yield lastLines(text, options.tail);
}

async function awaitPod(
  { pod, isRunning }: Build,
  signal: AbortSignal | undefined,
): Promise<V1Pod | undefined> {
  while (!signal?.aborted) {
    const found = await pod();
    if (found || !(await isRunning())) return found;
    await delay(POLL, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
  return undefined;
}

function lastLines(text: string, count: number): string {
  const lines = text.split(/(?<=\n)/);
  return lines.slice(Math.max(0, lines.length - count)).join('');
}
