import { commitPrefix } from '../../../shared/domain/commit-prefix.ts';
import type { ChangeQuery } from '../../../shared/ports/store.ts';

const MOST = 100;

/** The query in SQL; undefined when nothing can match. Only words from here enter the text, never the asker's. */
export function changeQuery(
  query: ChangeQuery,
): { readonly text: string; readonly values: Record<string, string | number> } | undefined {
  const { app, repository, build, open, limit = MOST } = query;
  const commit = query.commit === undefined ? undefined : commitPrefix(query.commit);
  if (limit < 1 || (query.commit !== undefined && commit === undefined)) return undefined;

  const conditions = [
    ...(app === undefined ? [] : ['app = :app']),
    ...(repository === undefined ? [] : ['repository = :repository']),
    ...(build === undefined ? [] : ['build = :build']),
    ...(commit === undefined ? [] : ["commit_id >= :commit and commit_id < :commit || 'g'"]),
    ...(open === undefined ? [] : [open ? 'ended is null' : 'ended is not null']),
  ];
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const values = Object.entries({ app, repository, build, commit, limit }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    text: `select value from changes ${where} order by opened desc, id desc limit :limit`,
    values: Object.fromEntries(values) as Record<string, string | number>,
  };
}
