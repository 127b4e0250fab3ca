import { ConflictError } from '../../../shared/domain/errors.ts';
import { instant } from '../../../shared/domain/instant.ts';
import type { Notice } from '../../../shared/domain/notice.ts';
import { startOfTurn } from '../../../shared/domain/turn.ts';
import type { Notices } from '../../../shared/ports/store.ts';
import type { Database } from './database.ts';
import { recordIn, recordsIn } from './row.ts';

const MOST = 100;

export function notices({ sql, read, write }: Database, clock: () => Date): Notices {
  const byId = sql.prepare('select revision, value from notices where id = ?');
  const put = sql.prepare('replace into notices values (?, ?, ?, ?, ?, ?, ?)');
  const ofChange = sql.prepare('select value from notices where change = ? order by written, id');
  const count = sql.prepare('select count(*) as count from notices where due <= ?');
  const pending = sql.prepare('select value from notices where due <= ? order by due, id limit ? offset ?');

  return {
    getNotice: (id) => read(() => recordIn<Notice>(byId.get(id))),

    saveNotice: (given) =>
      write(() => {
        if ((byId.get(given.id)?.revision ?? 0) !== given.revision)
          throw new ConflictError(`notice ${given.id} is not at revision ${given.revision}`);
        const notice: Notice = { ...given, revision: given.revision + 1 };
        const [due, settled] =
          notice.state === 'pending' ? [instant(notice.dueAt), null] : [null, clock().getTime()];
        const { id, change, writtenAt } = notice;
        put.run(id, change.id, instant(writtenAt), due, settled, notice.revision, JSON.stringify(notice));
        return notice;
      }),

    listNotices: (change) => read(() => recordsIn<Notice>(ofChange.all(change))),

    pendingNotices: (until, tick = 0) =>
      read(() => {
        const due = until.getTime();
        const start = startOfTurn(Number(count.get(due)?.count), tick, MOST);
        return recordsIn<Notice>(pending.all(due, MOST, start));
      }),
  };
}
