import type { DeadLetter } from '../../../shared/domain/dead-letter.ts';
import { instant } from '../../../shared/domain/instant.ts';
import type { DeadLetters } from '../../../shared/ports/store.ts';
import type { Database } from './database.ts';
import { recordsIn } from './row.ts';

export function deadLetters({ sql, read, write }: Database): DeadLetters {
  const put = sql.prepare('replace into dead_letters values (?, ?, ?)');
  const newest = sql.prepare('select value from dead_letters order by at desc, id desc limit 100');

  return {
    keepDeadLetter: (letter) =>
      write(() => {
        put.run(letter.id, instant(letter.at), JSON.stringify(letter));
      }),

    listDeadLetters: () => read(() => recordsIn<DeadLetter>(newest.all())),
  };
}
