import { kept } from '../../../shared/domain/kept.ts';
import type { Database } from './database.ts';

/** What leaves which table, and when. Open Changes stay until they end, messages until they are settled, notices until they are told. */
export function expire({ sql, write }: Database): (now: Date) => Promise<void> {
  const removals = [
    [sql.prepare('delete from deliveries where received <= ?'), kept.delivery],
    [sql.prepare('delete from changes where ended <= ?'), kept.change],
    [sql.prepare('delete from change_events where place <= ?'), kept.changeEvent],
    [sql.prepare('delete from builds where saved <= ?'), kept.build],
    [sql.prepare('delete from logs where saved <= ?'), kept.log],
    [sql.prepare('delete from dead_letters where at <= ?'), kept.deadLetter],
    [sql.prepare('delete from audit where at <= ?'), kept.audit],
    [sql.prepare('delete from grants where ends <= ?'), 0],
    [sql.prepare('delete from rights where at <= ?'), kept.rights],
    [sql.prepare('delete from standby_checks where at <= ?'), kept.standbyCheck],
    [sql.prepare('delete from answers where at <= ?'), kept.answer],
    [sql.prepare('delete from notices where settled <= ?'), kept.notice],
    [sql.prepare('delete from leases where until <= ?'), 0],
  ] as const;

  return (now) =>
    write(() => {
      for (const [removal, time] of removals) removal.run(now.getTime() - time);
    });
}
