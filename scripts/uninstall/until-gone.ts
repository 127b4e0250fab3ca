import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../cli/failure.ts';
import type { KubeObject } from '../cluster/api.ts';

const POLL_MS = 500;

export interface Waited<T extends KubeObject> {
  /** What is still there; may give it another push. */
  readonly left: () => Promise<readonly T[]>;
  readonly limitMs: number;
  /** Why it is still there after the limit, and what to do. */
  readonly hangs: (left: readonly T[]) => Promise<string> | string;
}

export async function untilGone<T extends KubeObject>({ left, limitMs, hangs }: Waited<T>): Promise<void> {
  const end = Date.now() + limitMs;
  for (;;) {
    const there = await left();
    if (there.length === 0) return;
    if (Date.now() >= end) throw new Failure(await hangs(there));
    await delay(POLL_MS);
  }
}

export const names = (objects: readonly KubeObject[]) =>
  objects.map(({ metadata: { namespace, name } }) => (namespace ? `${namespace}/${name}` : name)).join(', ');

/** What an object waits for before it goes. */
export const finalizersOf = (objects: readonly KubeObject[]) =>
  [...new Set(objects.flatMap(({ metadata }) => metadata.finalizers ?? []))].join(', ');
