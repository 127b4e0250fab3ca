import type { Grant, KnownRights } from '../../../shared/domain/grant.ts';
import { instant } from '../../../shared/domain/instant.ts';
import { kept } from '../../../shared/domain/kept.ts';
import type { Grants } from '../../../shared/ports/store.ts';
import type { Database } from './database.ts';
import { recordIn, recordsIn } from './row.ts';

export function grants({ sql, read, write }: Database, clock: () => Date): Grants {
  const put = sql.prepare('replace into grants values (?, ?, ?, ?, ?)');
  const one = sql.prepare('select value from grants where id = ? and ends > ?');
  const drop = sql.prepare('delete from grants where id = ?');
  const of = sql.prepare(
    'select value from grants where person = ? and ends > ? order by created desc, id desc limit 100',
  );
  const putRights = sql.prepare('replace into rights values (?, ?, ?)');
  const rightsOf = sql.prepare('select value from rights where grant_id = ? and at > ?');
  const now = () => clock().getTime();

  return {
    saveGrant: (grant) =>
      write(() => {
        const { id, person, createdAt, endsAt } = grant;
        put.run(id, person, instant(createdAt), instant(endsAt), JSON.stringify(grant));
      }),

    getGrant: (id) => read(() => recordIn<Grant>(one.get(id, now()))),

    endGrant: (id) =>
      write(() => {
        drop.run(id);
      }),

    listGrants: (person) => read(() => recordsIn<Grant>(of.all(person, now()))),

    saveRights: (rights) =>
      write(() => {
        putRights.run(rights.grant, instant(rights.at), JSON.stringify(rights));
      }),

    getRights: (grant) => read(() => recordIn<KnownRights>(rightsOf.get(grant, now() - kept.rights))),
  };
}
