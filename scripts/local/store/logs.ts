import { cutLog } from '../../../shared/domain/log.ts';
import type { Logs } from '../../../shared/ports/store.ts';
import type { Database } from './database.ts';

export function logs({ sql, read, write }: Database, clock: () => Date): Logs {
  const put = sql.prepare('replace into logs values (?, ?, ?)');
  const byId = sql.prepare('select value from logs where id = ?');

  return {
    saveLog: (id, text) =>
      write(() => {
        put.run(id, clock().getTime(), cutLog(text));
      }),

    readLog: (id) =>
      read(() => {
        const row = byId.get(id);
        return row && String(row.value);
      }),
  };
}
