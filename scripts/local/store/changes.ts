import type { Change } from '../../../shared/domain/change.ts';
import { eventsOf, placeAfter } from '../../../shared/domain/change-event.ts';
import { LISTED_CHANGES } from '../../../shared/domain/change-query.ts';
import { ConflictError } from '../../../shared/domain/errors.ts';
import { instant } from '../../../shared/domain/instant.ts';
import { requireAddition } from '../../../shared/domain/taken-back.ts';
import type { Changes } from '../../../shared/ports/store.ts';
import { changeQuery } from './change-query.ts';
import type { Database } from './database.ts';
import { recordIn, recordsIn } from './row.ts';

export function changes({ sql, read, write }: Database): Changes {
  const byId = sql.prepare('select value from changes where id = ?');
  const openOne = sql.prepare('select value from changes where app = ? and commit_id = ? and ended is null');
  const insert = sql.prepare(
    `insert into changes values
     (:id, :app, :repository, :commit, :build, :opened, :ended, :revision, :value)`,
  );
  const update = sql.prepare(
    `update changes set app = :app, repository = :repository, commit_id = :commit, build = :build,
       opened = :opened, ended = :ended, revision = :revision, value = :value
     where id = :id and revision = :revision - 1 and ended is null`,
  );
  // Replacing gives a new position: a message is as old as the write that it tells of.
  const send = sql.prepare('replace into outbox (change, revision) values (?, ?)');

  const lastPlace = sql.prepare('select max(place) as place from change_events');
  const putEvent = sql.prepare('insert into change_events values (?, ?)');
  const eventsAfter = sql.prepare(
    `select place, value from change_events where place > ? order by place limit ${LISTED_CHANGES}`,
  );
  const tell = (change: Change, before?: Change) => {
    for (const event of eventsOf(change, before)) {
      const last = Number(lastPlace.get()?.place ?? 0);
      putEvent.run(placeAfter(last, instant(event.at)), JSON.stringify(event));
    }
  };

  return {
    openChange: (given) =>
      write(() => {
        const other =
          recordIn<Change>(byId.get(given.id)) ?? recordIn<Change>(openOne.get(given.app.uid, given.commit));
        if (other) return { change: other, opened: false };
        const change: Change = { ...given, revision: 1 };
        insert.run(columns(change));
        send.run(change.id, change.revision);
        tell(change);
        return { change, opened: true };
      }),

    getChange: (id) => read(() => recordIn<Change>(byId.get(id))),

    saveChange: (given) =>
      write(() => {
        const before = recordIn<Change>(byId.get(given.id));
        if (before?.revision === given.revision && !before.verdict) requireAddition(before, given);
        const change: Change = { ...given, revision: given.revision + 1 };
        if (update.run(columns(change)).changes === 0)
          throw new ConflictError(`Change ${change.id} is not open at revision ${given.revision}`);
        send.run(change.id, change.revision);
        tell(change, before);
        return change;
      }),

    listChanges: (query) =>
      read(() => {
        const wanted = changeQuery(query);
        return wanted ? recordsIn<Change>(sql.prepare(wanted.text).all(wanted.values)) : [];
      }),

    changeEvents: (after) =>
      read(() =>
        eventsAfter.all(after).map(({ place, value }) => ({
          place: Number(place),
          event: JSON.parse(String(value)),
        })),
      ),
  };
}

const columns = (change: Change) => ({
  id: change.id,
  app: change.app.uid,
  repository: change.repository,
  commit: change.commit,
  build: change.build ?? null,
  opened: instant(change.openedAt),
  ended: change.verdict ? instant(change.updatedAt) : null,
  revision: change.revision,
  value: JSON.stringify(change),
});
