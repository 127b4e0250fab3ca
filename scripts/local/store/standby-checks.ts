import { instant } from '../../../shared/domain/instant.ts';
import type { StandbyCheck } from '../../../shared/domain/standby-check.ts';
import type { StandbyChecks } from '../../../shared/ports/store.ts';
import type { Database } from './database.ts';
import { recordIn } from './row.ts';

export function standbyChecks({ sql, read, write }: Database): StandbyChecks {
  const put = sql.prepare('replace into standby_checks values (?, ?, ?, ?)');
  const one = sql.prepare('select value from standby_checks where app = ? and release = ?');

  return {
    saveStandbyCheck: (check) =>
      write(() => {
        put.run(check.app, check.release, instant(check.at), JSON.stringify(check));
      }),

    getStandbyCheck: (app, release) => read(() => recordIn<StandbyCheck>(one.get(app, release))),
  };
}
