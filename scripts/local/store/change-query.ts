import { type ChangeQuery, LISTED_CHANGES, personKey } from '../../../shared/domain/change-query.ts';
import { commitPrefix } from '../../../shared/domain/commit-prefix.ts';
import { instant } from '../../../shared/domain/instant.ts';
import { branchOf, outcomeOf, personColumns, redoesOf } from './schema.ts';

/** The query in SQL; undefined when nothing can match. Only words from here enter the text, never the asker's. */
export function changeQuery(
  query: ChangeQuery,
): { readonly text: string; readonly values: Record<string, string | number> } | undefined {
  const { app, repository, branch, build, outcome, redoes, open, limit = LISTED_CHANGES } = query;
  const commit = query.commit === undefined ? undefined : commitPrefix(query.commit);
  if (limit < 1 || (query.commit !== undefined && commit === undefined)) return undefined;
  const person = query.person === undefined ? undefined : personKey(query.person);
  const since = query.since === undefined ? undefined : instant(query.since);
  const until = query.until === undefined ? undefined : instant(query.until);
  const after = query.after && { opened: instant(query.after.openedAt), id: query.after.id };

  const conditions = [
    ...(app === undefined ? [] : ['app = :app']),
    ...(repository === undefined ? [] : ['repository = :repository']),
    ...(branch === undefined ? [] : [`${branchOf} = :branch`]),
    ...(build === undefined ? [] : ['build = :build']),
    ...(outcome === undefined ? [] : [`${outcomeOf} = :outcome`]),
    ...(redoes === undefined ? [] : [`${redoesOf} = :redoes`]),
    ...(person === undefined ? [] : [`(${personColumns.map((one) => `${one} = :person`).join(' or ')})`]),
    ...(commit === undefined ? [] : ["commit_id >= :commit and commit_id < :commit || 'g'"]),
    ...(open === undefined ? [] : [open ? 'ended is null' : 'ended is not null']),
    ...(since === undefined ? [] : ['opened >= :since']),
    ...(until === undefined ? [] : ['opened < :until']),
    ...(after === undefined ? [] : ['(opened, id) < (:opened, :id)']),
  ];
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const given = { app, repository, branch, build, outcome, redoes, person, commit, since, until, limit };
  const values = Object.entries({ ...given, ...after }).filter(([, value]) => value !== undefined);
  return {
    text: `select value from changes ${where} order by opened desc, id desc limit :limit`,
    values: Object.fromEntries(values) as Record<string, string | number>,
  };
}
