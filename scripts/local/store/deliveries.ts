import { commitPrefix } from '../../../shared/domain/commit-prefix.ts';
import type { Delivery } from '../../../shared/domain/delivery.ts';
import { instant } from '../../../shared/domain/instant.ts';
import { startOfTurn } from '../../../shared/domain/turn.ts';
import type { Deliveries } from '../../../shared/ports/store.ts';
import type { Database } from './database.ts';
import type { Row } from './row.ts';
import { repositoryOf } from './schema.ts';

const MOST = 100;

export function deliveries({ sql, read, write }: Database): Deliveries {
  const insert = sql.prepare('insert into deliveries values (?, ?, ?, ?, ?)');
  const byId = sql.prepare('select value, judgement from deliveries where id = ?');
  const judge = sql.prepare('update deliveries set judgement = ? where id = ? and judgement is null');
  const unjudged = sql.prepare(
    `select value, judgement from deliveries where judgement is null and received < ?
     order by received, id limit ${MOST} offset ?`,
  );
  const countUnjudged = sql.prepare(
    'select count(*) as count from deliveries where judgement is null and received < ?',
  );
  const ofCommit = sql.prepare(
    `select value, judgement from deliveries where commit_id >= ?1 and commit_id < ?1 || 'g'
     order by received desc, id desc limit ${MOST}`,
  );
  const ofRepository = sql.prepare(
    `select value, judgement from deliveries where ${repositoryOf} = lower(?)
     order by received desc, id desc limit 1`,
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

    unjudgedDeliveries: (before, tick = 0) =>
      read(() => {
        const until = before.getTime();
        const count = Number(countUnjudged.get(until)?.count);
        return deliveriesIn(unjudged.all(until, startOfTurn(count, tick, MOST)));
      }),

    deliveriesOf: (commit) =>
      read(() => {
        const prefix = commitPrefix(commit);
        return prefix === undefined ? [] : deliveriesIn(ofCommit.all(prefix));
      }),

    lastDelivery: (repository) => read(() => deliveriesIn(ofRepository.all(repository))[0]),
  };
}

const deliveriesIn = (rows: readonly Row[]): readonly Delivery[] =>
  rows.map(({ value, judgement }) => ({
    ...JSON.parse(String(value)),
    ...(judgement == null ? {} : { judgement: JSON.parse(String(judgement)) }),
  }));
