import { z } from '@hono/zod-openapi';
import type { App } from '../../../shared/domain/app.ts';

export const PAGE_SIZE = 50;

/** What of all Apps a person wants to see: everything in it was typed or followed, so that what is wrong is left out. */
export const appsQuery = z.object({
  q: z.string().trim().max(200).catch('').default(''),
  state: z.enum(['any', 'live', 'busy', 'failed', 'held']).catch('any').default('any'),
  page: z.coerce.number().int().min(1).max(10_000).catch(1).default(1),
});
export type AppsQuery = z.output<typeof appsQuery>;

/** The Apps that the query asks for, by address. Each word of `q` must be somewhere in what names the App. */
export function chosenApps(apps: readonly App[], { q, state }: AppsQuery): readonly App[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return apps
    .filter((app) => state === 'any' || kindOf(app) === state)
    .filter((app) => words.every((word) => nameOf(app).includes(word)))
    .toSorted((a, b) => compare(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`));
}

const nameOf = ({ namespace, name, spec }: App) =>
  `${namespace}/${name} ${spec.repository} ${spec.branch}`.toLowerCase();

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** By what the cluster last wrote of it: a filter may be a moment late, where a row reads anew. */
function kindOf({ spec, status }: Pick<App, 'spec' | 'status'>): 'live' | 'busy' | 'failed' | 'held' {
  if (spec.hold) return 'held';
  const state = status.state ?? 'waiting';
  if (/\b(failed|refused)\b/.test(state)) return 'failed';
  return state === 'live' ? 'live' : 'busy';
}
