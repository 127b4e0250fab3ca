import { openSqlite, transaction } from '../sqlite.ts';
import type { StoredEvent } from './event.ts';

/** One event on its way to one subscription. `attempt` counts the failed ones. */
export interface Queued {
  readonly id: number;
  readonly subscription: string;
  readonly attempt: number;
  /** Milliseconds since 1970: not to be tried before. */
  readonly dueAt: number;
}

/** What the broker has taken and not delivered yet: on disk before anybody is told that it was taken. */
export interface EventQueue {
  /** One transaction: all subscriptions or none. */
  add(event: StoredEvent, subscriptions: readonly string[], now: number): Queued[];
  event(id: number): StoredEvent;
  postpone(item: Queued, dueAt: number): Queued;
  remove(item: Queued): void;
  /** Removes it and adds its dead letter, in one transaction. */
  redirect(item: Queued, event: StoredEvent, subscription: string, now: number): Queued;
  /** All, oldest first. */
  pending(): Queued[];
  close(): void;
}

const SCHEMA = `
  create table if not exists event (seq integer primary key, attributes text not null, data blob not null) strict;
  create table if not exists delivery (
    id integer primary key,
    event integer not null references event (seq),
    subscription text not null,
    attempt integer not null,
    due_at integer not null
  ) strict;
  create index if not exists delivery_event on delivery (event);
`;

export function eventQueue(file: string): EventQueue {
  const db = openSqlite(file, SCHEMA);
  const addEvent = db.prepare('insert into event (attributes, data) values (?, ?) returning seq');
  const addDelivery = db.prepare(
    'insert into delivery (event, subscription, attempt, due_at) values (?, ?, 0, ?) returning id',
  );
  const readEvent = db.prepare(
    'select attributes, data from event join delivery on delivery.event = event.seq where delivery.id = ?',
  );
  const update = db.prepare('update delivery set attempt = ?, due_at = ? where id = ?');
  const removeDelivery = db.prepare('delete from delivery where id = ? returning event');
  const removeEvent = db.prepare(
    'delete from event where seq = ? and not exists (select 1 from delivery where event = event.seq)',
  );
  const all = db.prepare('select id, subscription, attempt, due_at as dueAt from delivery order by id');

  const insert = (event: StoredEvent, subscriptions: readonly string[], now: number): Queued[] => {
    const { seq } = addEvent.get(JSON.stringify(event.attributes), event.data) as { seq: number };
    return subscriptions.map((subscription) => {
      const { id } = addDelivery.get(seq, subscription, now) as { id: number };
      return { id, subscription, attempt: 0, dueAt: now };
    });
  };
  const drop = (item: Queued) => {
    const row = removeDelivery.get(item.id) as { event: number } | undefined;
    if (row) removeEvent.run(row.event);
  };

  return {
    add: (event, subscriptions, now) => transaction(db, () => insert(event, subscriptions, now)),
    event(id) {
      const row = readEvent.get(id) as { attributes: string; data: Uint8Array };
      return {
        attributes: JSON.parse(row.attributes) as Record<string, string>,
        data: Buffer.from(row.data),
      };
    },
    postpone(item, dueAt) {
      const next = { ...item, attempt: item.attempt + 1, dueAt };
      update.run(next.attempt, dueAt, item.id);
      return next;
    },
    remove: (item) => transaction(db, () => drop(item)),
    redirect: (item, event, subscription, now) =>
      transaction(db, () => {
        drop(item);
        const [added] = insert(event, [subscription], now);
        return added as Queued;
      }),
    pending: () => all.all().map((row) => ({ ...row }) as unknown as Queued),
    close: () => db.close(),
  };
}
