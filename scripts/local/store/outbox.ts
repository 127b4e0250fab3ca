import type { Message, Outbox } from '../../../shared/ports/store.ts';
import type { Database } from './database.ts';
import type { Row } from './row.ts';

const MOST = 100;

/** Messages are put here by the write of their Change (changes.ts). */
export function outbox({ sql, read, write }: Database): Outbox {
  const oldest = sql.prepare('select change, revision from outbox order by position limit ?');
  const ofChange = sql.prepare('select change, revision from outbox where change = ?');
  const settle = sql.prepare('delete from outbox where change = ? and revision = ?');

  return {
    pendingMessages: (limit = MOST) => read(() => messagesIn(limit < 1 ? [] : oldest.all(limit))),
    pendingMessage: (change) => read(() => messagesIn(ofChange.all(change))[0]),
    settleMessage: ({ change, revision }) =>
      write(() => {
        settle.run(change, revision);
      }),
  };
}

const messagesIn = (rows: readonly Row[]): readonly Message[] =>
  rows.map((row) => {
    const [change, revision] = [String(row.change), Number(row.revision)];
    return { id: `${change}:${revision}`, change, revision };
  });
