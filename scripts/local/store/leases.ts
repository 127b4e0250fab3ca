import type { Leases } from '../../../shared/ports/store.ts';
import type { Database } from './database.ts';

export function leases({ sql, write }: Database, clock: () => Date): Leases {
  const take = sql.prepare(
    `insert into leases values (:name, :owner, :until)
     on conflict (name) do update set owner = :owner, until = :until where owner = :owner or until <= :now`,
  );
  const giveBack = sql.prepare('delete from leases where name = ? and owner = ?');

  return {
    takeLease: (name, owner, milliseconds) =>
      write(() => {
        const now = clock().getTime();
        return take.run({ name, owner, now, until: now + Math.ceil(milliseconds) }).changes === 1;
      }),

    returnLease: (name, owner) =>
      write(() => {
        giveBack.run(name, owner);
      }),
  };
}
