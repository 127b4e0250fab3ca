import { startOfTurn } from '../../../shared/domain/turn.ts';
import type { Message, Outbox } from '../../../shared/ports/store.ts';
import type { Database } from './database.ts';
import type { Row } from './row.ts';

const MOST = 100;

/** Messages are put here by the write of their Change (changes.ts). */
export function outbox({ sql, read, write }: Database): Outbox {
  const oldest = sql.prepare('select change, revision from outbox order by position limit ? offset ?');
  const count = sql.prepare('select count(*) as count from outbox');
  const ofChange = sql.prepare('select change, revision from outbox where change = ?');
  const settle = sql.prepare('delete from outbox where change = ? and revision = ?');

  return {
    pendingMessages: (tick = 0) =>
      read(() => messagesIn(oldest.all(MOST, startOfTurn(Number(count.get()?.count), tick, MOST)))),
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
