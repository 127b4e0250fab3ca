import { createHash } from 'node:crypto';
import type { BuildSettings } from './app-spec.ts';

/** One image for (repository, commit, build settings), shared by every App that needs it (DESIGN §2). */
export interface Build {
  readonly key: string;
  readonly repository: string;
  readonly commit: string;
  readonly state: 'running' | 'succeeded' | 'failed' | 'cancelled';
  /** Image with digest, once it succeeded. */
  readonly image?: string;
  /** Why it failed: the builder's reason, and the log's last lines. */
  readonly reason?: string;
  readonly detail?: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly revision: number;
}

/**
 * Same key, same image: no second build (invariant 5). 32 hexadecimal digits, so that it fits an object's name and an
 * image tag with a prefix.
 */
export function buildKey(repository: string, commit: string, settings: BuildSettings): string {
  return createHash('sha256')
    .update(canonicalJson([repository.toLowerCase(), commit, settings]))
    .digest('hex')
    .slice(0, 32);
}

/** JSON with sorted keys: equal values give equal text, whatever order a serialiser chose. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
