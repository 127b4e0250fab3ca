import { commitPrefix } from '../../../shared/domain/commit-prefix.ts';
import type { Delivery } from '../../../shared/domain/delivery.ts';
import { instant } from '../../../shared/domain/instant.ts';
import type { Deliveries } from '../../../shared/ports/store.ts';
import type { Database } from './database.ts';
import type { Row } from './row.ts';

export function deliveries({ sql, read, write }: Database): Deliveries {
  const insert = sql.prepare('insert into deliveries values (?, ?, ?, ?, ?)');
  const byId = sql.prepare('select value, judgement from deliveries where id = ?');
  const judge = sql.prepare('update deliveries set judgement = ? where id = ? and judgement is null');
  const unjudged = sql.prepare(
    `select value, judgement from deliveries where judgement is null and received < ?
     order by received, id limit 100`,
  );
  const ofCommit = sql.prepare(
    `select value, judgement from deliveries where commit_id >= ?1 and commit_id < ?1 || 'g'
     order by received desc, id desc limit 100`,
  );

  return {
    recordDelivery: (delivery) =>
      write(() => {
        const known = byId.get(delivery.id);
        if (known) return known.judgement === null ? 'repeated' : 'judged';
        const { judgement, ...received } = delivery;
        const at = instant(delivery.receivedAt);
        const value = JSON.stringify(received);
        insert.run(
          delivery.id,
          at,
          delivery.commit ?? null,
          value,
          judgement ? JSON.stringify(judgement) : null,
        );
        return 'new';
      }),

    getDelivery: (id) => read(() => deliveriesIn(byId.all(id))[0]),

    judgeDelivery: (id, judgement) =>
      write(() => {
        judge.run(JSON.stringify(judgement), id);
      }),

    unjudgedDeliveries: (before) => read(() => deliveriesIn(unjudged.all(before.getTime()))),

    deliveriesOf: (commit) =>
      read(() => {
        const prefix = commitPrefix(commit);
        return prefix === undefined ? [] : deliveriesIn(ofCommit.all(prefix));
      }),
  };
}

const deliveriesIn = (rows: readonly Row[]): readonly Delivery[] =>
  rows.map(({ value, judgement }) => ({
    ...JSON.parse(String(value)),
    ...(judgement == null ? {} : { judgement: JSON.parse(String(judgement)) }),
  }));
