import type { Change } from '../../domain/change.ts';
import { type ChangeQuery, LISTED_CHANGES, matcherOf, peopleOf } from '../../domain/change-query.ts';
import { commitPrefix } from '../../domain/commit-prefix.ts';
import { ConflictError } from '../../domain/errors.ts';
import { instant } from '../../domain/instant.ts';
import { kept } from '../../domain/kept.ts';
import { requireAddition } from '../../domain/taken-back.ts';
import type { Changes } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { collect, type Places, readRecord, written } from './records.ts';

export function changes(redis: Connection): Changes {
  return {
    async openChange(given) {
      const change: Change = { ...given, revision: 1 };
      const args = [change.id, '1', claim(change), openness(change), ...record(change)];
      const other = await redis.run((client) => client.openChange(keys.change(change.id), args));
      return other === null ? { change, opened: true } : { change: JSON.parse(other), opened: false };
    },

    getChange: (id) => readRecord<Change>(redis, keys.change(id)),

    async saveChange(given) {
      const before = await readRecord<Change>(redis, keys.change(given.id));
      if (before?.revision === given.revision && !before.verdict) requireAddition(before, given);
      const change: Change = { ...given, revision: given.revision + 1 };
      const revisions = [String(change.revision), String(given.revision)];
      const args = [change.id, ...revisions, claim(change), openness(change), ...record(change)];
      const saved = await redis.run((client) => client.saveChange(keys.change(change.id), args));
      if (!saved) throw new ConflictError(`Change ${given.id} is not open at revision ${given.revision}`);
      return change;
    },

    async listChanges(query) {
      const limit = query.limit ?? LISTED_CHANGES;
      const matches = matcherOf(query);
      if (!matches || limit < 1) return [];
      const found = new Map<string, Change>();
      for await (const batch of newestFirst(redis, query, limit)) {
        for (const change of await collect<Change>(redis, batch, limit - found.size, matches))
          found.set(change.id, change);
        if (found.size >= limit) break;
      }
      return [...found.values()];
    },
  };
}

/**
 * Records that are in all of the query's indexes and opened in its time, in batches. One index alone is read no further
 * than is needed; of several Redis makes the intersection.
 */
async function* newestFirst(
  redis: Connection,
  query: ChangeQuery,
  limit: number,
): AsyncGenerator<readonly string[]> {
  const [first, ...others] = indexes(query);
  const since = query.since === undefined ? -Infinity : instant(query.since);
  const until = Math.min(
    query.until === undefined ? Infinity : instant(query.until) - 1,
    query.after === undefined ? Infinity : instant(query.after.openedAt),
  );
  if (others.length > 0) {
    const all = await redis.run((client) =>
      client.zInterWithScores([first, ...others], { AGGREGATE: 'MAX' }),
    );
    const inTime = all.filter(({ score }) => score >= since && score <= until);
    return yield inTime.reverse().map(({ value }) => value);
  }
  // Where the place of the last page is shared by others, they are left out after reading: hence one more.
  const count = limit + 1;
  for (let offset = 0; ; offset += count) {
    const options = { BY: 'SCORE', REV: true, LIMIT: { offset, count } } as const;
    const batch = await redis.run((client) => client.zRange(first, bound(until), bound(since), options));
    yield batch;
    if (batch.length < count) return;
  }
}

const bound = (time: number) => (time === Infinity ? '+inf' : time === -Infinity ? '-inf' : time);

function indexes(query: ChangeQuery): readonly [string, ...string[]] {
  const prefix = query.commit === undefined ? undefined : commitPrefix(query.commit);
  const wanted = [
    ...(prefix === undefined ? [] : [keys.changesOfCommit(prefix)]),
    ...(query.app === undefined ? [] : [keys.changesOfApp(query.app)]),
    ...(query.repository === undefined ? [] : [keys.changesOfRepository(query.repository)]),
    ...(query.branch === undefined ? [] : [keys.changesOfBranch(query.branch)]),
    ...(query.build === undefined ? [] : [keys.changesOfBuild(query.build)]),
    ...(query.person === undefined ? [] : [keys.changesOfPerson(query.person)]),
    ...(query.outcome === undefined ? [] : [keys.changesOfOutcome(query.outcome)]),
    ...(query.redoes === undefined ? [] : [keys.changesThatRedo(query.redoes)]),
    ...(query.open === undefined ? [] : [query.open ? keys.openChanges : keys.endedChanges]),
  ];
  const [first, ...others] = wanted;
  return first === undefined ? [keys.changes] : [first, ...others];
}

const claim = ({ app, commit }: Change) => JSON.stringify([app.uid, commit]);

const openness = (change: Change) => (change.verdict ? 'ended' : 'open');

const record = (change: Change) =>
  written(change, change.verdict && instant(change.updatedAt), kept.change, places(change));

/** In every index at the time when it was opened, so that intersections keep the order. */
function places(change: Change): Places {
  const opened = instant(change.openedAt);
  return [
    [keys.changes, opened],
    [change.verdict ? keys.endedChanges : keys.openChanges, opened],
    [keys.changesOfApp(change.app.uid), opened],
    [keys.changesOfRepository(change.repository), opened],
    [keys.changesOfCommit(change.commit), opened],
    [keys.changesOfBranch(change.branch), opened],
    ...peopleOf(change).map((person) => [keys.changesOfPerson(person), opened] as const),
    ...(change.verdict ? [[keys.changesOfOutcome(change.verdict.outcome), opened] as const] : []),
    ...(change.redoes === undefined ? [] : [[keys.changesThatRedo(change.redoes), opened] as const]),
    ...(change.build === undefined ? [] : [[keys.changesOfBuild(change.build), opened] as const]),
  ];
}
