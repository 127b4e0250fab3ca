import { type AuditEntry, LISTED_ENTRIES } from '../../../shared/domain/audit.ts';
import { instant } from '../../../shared/domain/instant.ts';
import type { Audit } from '../../../shared/ports/store.ts';
import type { Database } from './database.ts';
import { recordsIn } from './row.ts';

export function audit({ sql, read, write }: Database): Audit {
  const put = sql.prepare('replace into audit values (:id, :at, :app, :value)');
  const page = (condition: string) =>
    sql.prepare(
      `select value from audit where ${condition} (at, id) < (:at, :id) order by at desc, id desc limit :limit`,
    );
  const [all, ofApp] = [page(''), page('app = :app and')];

  return {
    keepAuditEntry: (entry) =>
      write(() => {
        const { id, app = null } = entry;
        put.run({ id, at: instant(entry.at), app, value: JSON.stringify(entry) });
      }),

    listAuditEntries: ({ app, after, limit = LISTED_ENTRIES }) =>
      read(() => {
        const place = { at: after ? instant(after.at) : END, id: after?.id ?? '', limit };
        return recordsIn<AuditEntry>(app === undefined ? all.all(place) : ofApp.all({ ...place, app }));
      }),
  };
}

/** Later than any time of JavaScript. */
const END = 8_640_000_000_000_001;
