import type { Change } from '../../domain/change.ts';
import { type ChangeEvent, eventsOf } from '../../domain/change-event.ts';
import { type ChangeQuery, LISTED_CHANGES, matcherOf, peopleOf } from '../../domain/change-query.ts';
import { commitPrefix } from '../../domain/commit-prefix.ts';
import { ConflictError } from '../../domain/errors.ts';
import { instant } from '../../domain/instant.ts';
import { kept } from '../../domain/kept.ts';
import { requireAddition } from '../../domain/taken-back.ts';
import type { Changes } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { newestFirst } from './newest-first.ts';
import { collect, type Places, readRecord, written } from './records.ts';

export function changes(redis: Connection): Changes {
  return {
    async openChange(given) {
      const change: Change = { ...given, revision: 1 };
      const args = [change.id, '1', claim(change), openness(change), told(change), ...record(change)];
      const other = await redis.run((client) => client.openChange(keys.change(change.id), args));
      return other === null ? { change, opened: true } : { change: JSON.parse(other), opened: false };
    },

    getChange: (id) => readRecord<Change>(redis, keys.change(id)),

    async saveChange(given) {
      const before = await readRecord<Change>(redis, keys.change(given.id));
      if (before?.revision === given.revision && !before.verdict) requireAddition(before, given);
      const change: Change = { ...given, revision: given.revision + 1 };
      const revisions = [String(change.revision), String(given.revision)];
      const args = [change.id, ...revisions, claim(change), openness(change)];
      const saved = await redis.run((client) =>
        client.saveChange(keys.change(change.id), [...args, told(change, before), ...record(change)]),
      );
      if (!saved) throw new ConflictError(`Change ${given.id} is not open at revision ${given.revision}`);
      return change;
    },

    async listChanges(query) {
      const limit = query.limit ?? LISTED_CHANGES;
      const matches = matcherOf(query);
      if (!matches || limit < 1) return [];
      const found = new Map<string, Change>();
      for await (const batch of candidates(redis, query, limit)) {
        for (const change of await collect<Change>(redis, batch, limit - found.size, matches))
          found.set(change.id, change);
        if (found.size >= limit) break;
      }
      return [...found.values()];
    },

    async changeEvents(after) {
      const options = { BY: 'SCORE', LIMIT: { offset: 0, count: LISTED_CHANGES } } as const;
      const members = await redis.run((client) =>
        client.zRange(keys.changeEvents, `(${after}`, '+inf', options),
      );
      return members.map((member) => {
        const cut = member.indexOf(' ');
        const event = JSON.parse(member.slice(cut + 1)) as ChangeEvent;
        return { place: Number(member.slice(0, cut)), event };
      });
    },
  };
}

/**
 * Records of the query's smallest index that were opened in its time: what else is asked for is asked of the record.
 */
async function* candidates(
  redis: Connection,
  query: ChangeQuery,
  limit: number,
): AsyncGenerator<readonly string[]> {
  const index = await smallest(redis, indexes(query));
  const since = query.since === undefined ? -Infinity : instant(query.since);
  const until = Math.min(
    query.until === undefined ? Infinity : instant(query.until) - 1,
    query.after === undefined ? Infinity : instant(query.after.openedAt),
  );
  yield* newestFirst(redis, index, { since, until }, limit);
}

async function smallest(redis: Connection, all: readonly [string, ...string[]]): Promise<string> {
  if (all.length === 1) return all[0];
  const sizes = await redis.run((client) => Promise.all(all.map((index) => client.zCard(index))));
  const [least = all[0]] = all.toSorted(
    (a, b) => (sizes[all.indexOf(a)] ?? 0) - (sizes[all.indexOf(b)] ?? 0),
  );
  return least;
}

/** Those to choose from: of an App, a repository, a commit or a Build there are few Changes, and what is open is few. */
function indexes(query: ChangeQuery): readonly [string, ...string[]] {
  const { app, repository, branch, build, person, outcome, redoes, open } = query;
  const prefix = query.commit === undefined ? undefined : commitPrefix(query.commit);
  const [first, ...few] = [
    ...(prefix === undefined ? [] : [keys.changesOfCommit(prefix)]),
    ...(app === undefined ? [] : [keys.changesOfApp(app)]),
    ...(repository === undefined ? [] : [keys.changesOfRepository(repository)]),
    ...(build === undefined ? [] : [keys.changesOfBuild(build)]),
    ...(open ? [keys.openChanges] : []),
  ];
  if (first !== undefined) return [first, ...few];
  return [
    keys.changes,
    ...(branch === undefined ? [] : [keys.changesOfBranch(branch)]),
    ...(person === undefined ? [] : [keys.changesOfPerson(person)]),
    ...(outcome === undefined ? [] : [keys.changesOfOutcome(outcome)]),
    ...(redoes === undefined ? [] : [keys.changesThatRedo(redoes)]),
    ...(open === false ? [keys.endedChanges] : []),
  ];
}

const claim = ({ app, commit }: Change) => JSON.stringify([app.uid, commit]);

/** What a write adds, as `tell` in scripts.ts reads it. */
const told = (change: Change, before?: Change) =>
  JSON.stringify(eventsOf(change, before).map((event) => [instant(event.at), JSON.stringify(event)]));

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
