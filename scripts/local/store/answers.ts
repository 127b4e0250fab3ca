import { instant } from '../../../shared/domain/instant.ts';
import type { KeptAnswer } from '../../../shared/domain/kept-answer.ts';
import type { Answers } from '../../../shared/ports/store.ts';
import type { Database } from './database.ts';
import { recordIn } from './row.ts';

export function answers({ sql, read, write }: Database): Answers {
  const put = sql.prepare('replace into answers values (?, ?, ?)');
  const one = sql.prepare('select value from answers where id = ?');

  return {
    keepAnswer: (answer) =>
      write(() => {
        put.run(answer.id, instant(answer.at), JSON.stringify(answer));
      }),

    getAnswer: (id) => read(() => recordIn<KeptAnswer>(one.get(id))),
  };
}
