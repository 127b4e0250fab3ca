import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import type { Connection } from '../../../shared/adapters/kubernetes/connection.ts';

export interface Seen<T> {
  readonly type: string;
  readonly object: T;
  /** When the watch told of it, by this process' clock. */
  readonly at: number;
}

/** Everything that happens to these objects, with the time at which an always-on controller would have heard of it. */
export async function watching<T>(
  { raw }: Connection,
  path: string,
): Promise<{
  readonly seen: readonly Seen<T>[];
  until(holds: (seen: Seen<T>) => boolean, ms?: number): Promise<Seen<T>>;
  end(): void;
}> {
  const ending = new AbortController();
  const response = await raw(`${path}${path.includes('?') ? '&' : '?'}watch=true`, { signal: ending.signal });
  if (!response.ok || !response.body) throw new Error(`no watch of ${path}: ${response.status}`);
  const seen: Seen<T>[] = [];
  const listeners = new Set<() => void>();
  void (async () => {
    for await (const line of createInterface({
      input: Readable.from(response.body as AsyncIterable<Uint8Array>),
    })) {
      const at = performance.now();
      const { type, object } = JSON.parse(line) as { type: string; object: T };
      seen.push({ type, object, at });
      for (const listener of listeners) listener();
    }
  })().catch(() => undefined);
  return {
    seen,
    until: (holds, ms = 120_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          listeners.delete(look);
          reject(new Error(`${path}: not seen in ${ms} ms`));
        }, ms);
        function look(): void {
          const found = seen.find(holds);
          if (!found) return;
          clearTimeout(timer);
          listeners.delete(look);
          resolve(found);
        }
        listeners.add(look);
        look();
      }),
    end: () => ending.abort(),
  };
}
