import type { Change } from '../../domain/change.ts';
import { commitPrefix } from '../../domain/commit-prefix.ts';
import { ConflictError } from '../../domain/errors.ts';
import { instant } from '../../domain/instant.ts';
import { kept } from '../../domain/kept.ts';
import type { ChangeQuery, Changes } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { collect, type Places, readRecord, written } from './records.ts';

const MOST = 100;

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
      const change: Change = { ...given, revision: given.revision + 1 };
      const revisions = [String(change.revision), String(given.revision)];
      const args = [change.id, ...revisions, claim(change), openness(change), ...record(change)];
      const saved = await redis.run((client) => client.saveChange(keys.change(change.id), args));
      if (!saved) throw new ConflictError(`Change ${change.id} is not open at revision ${given.revision}`);
      return change;
    },

    async listChanges(query) {
      const limit = query.limit ?? MOST;
      const prefix = query.commit === undefined ? '' : commitPrefix(query.commit);
      if (prefix === undefined || limit < 1) return [];
      const found = await newestFirst(redis, indexes(query, prefix), prefix === '' ? limit : undefined);
      return collect<Change>(redis, found, limit, (change) => change.commit.startsWith(prefix));
    },
  };
}

/** Records that are in all of these indexes. One index alone gives its newest without being read whole. */
async function newestFirst(
  redis: Connection,
  [first, ...others]: readonly [string, ...string[]],
  limit: number | undefined,
): Promise<readonly string[]> {
  if (others.length === 0)
    return redis.run((client) =>
      client.zRange(first, 0, limit === undefined ? -1 : limit - 1, { REV: true }),
    );
  const oldestFirst = await redis.run((client) => client.zInter([first, ...others], { AGGREGATE: 'MAX' }));
  return oldestFirst.reverse();
}

function indexes(query: ChangeQuery, prefix: string): readonly [string, ...string[]] {
  const wanted = [
    ...(prefix === '' ? [] : [keys.changesOfCommit(prefix)]),
    ...(query.app === undefined ? [] : [keys.changesOfApp(query.app)]),
    ...(query.repository === undefined ? [] : [keys.changesOfRepository(query.repository)]),
    ...(query.build === undefined ? [] : [keys.changesOfBuild(query.build)]),
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
    ...(change.build === undefined ? [] : [[keys.changesOfBuild(change.build), opened] as const]),
  ];
}
