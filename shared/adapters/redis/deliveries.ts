import { commitPrefix } from '../../domain/commit-prefix.ts';
import type { Delivery } from '../../domain/delivery.ts';
import { instant } from '../../domain/instant.ts';
import { kept } from '../../domain/kept.ts';
import { startOfTurn } from '../../domain/turn.ts';
import type { Deliveries } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { newestFirst } from './newest-first.ts';
import { collect, type Places, readRecord, written } from './records.ts';

const MOST = 100;

export function deliveries(redis: Connection): Deliveries {
  return {
    async recordDelivery(delivery) {
      const { judgement, ...received } = delivery;
      const args = [
        judgement ? JSON.stringify(judgement) : '',
        ...written(received, instant(delivery.receivedAt), kept.delivery, places(delivery)),
      ];
      return redis.run((client) => client.recordDelivery(keys.delivery(delivery.id), args));
    },

    getDelivery: (id) => readRecord<Delivery>(redis, keys.delivery(id)),

    async judgeDelivery(id, judgement) {
      await redis.run((client) => client.judgeDelivery(keys.delivery(id), [JSON.stringify(judgement)]));
    },

    async unjudgedDeliveries(before, tick = 0) {
      const until = `(${before.getTime()}`;
      const count = await redis.run((client) => client.zCount(keys.unjudged, '-inf', until));
      const LIMIT = { offset: startOfTurn(count, tick, MOST), count: MOST };
      const records = await redis.run((client) =>
        client.zRange(keys.unjudged, '-inf', until, { BY: 'SCORE', LIMIT }),
      );
      return collect<Delivery>(redis, records, MOST);
    },

    async deliveriesOf(commit) {
      const prefix = commitPrefix(commit);
      if (!prefix) return [];
      const records = await redis.run((client) =>
        client.zRange(keys.deliveriesOf(prefix), 0, -1, { REV: true }),
      );
      return collect<Delivery>(redis, records, MOST, (found) => found.commit?.startsWith(prefix) ?? false);
    },

    async lastDelivery(repository) {
      for await (const records of newestFirst(redis, keys.deliveriesOfRepository(repository), EVER, 1)) {
        const [last] = await collect<Delivery>(redis, records, 1);
        if (last) return last;
      }
      return undefined;
    },
  };
}

const EVER = { since: -Infinity, until: Infinity };

function places({ receivedAt, repository, commit, judgement }: Delivery): Places {
  const received = instant(receivedAt);
  return [
    ...(judgement ? [] : [[keys.unjudged, received] as const]),
    [keys.deliveriesOfRepository(repository), received],
    ...(commit === undefined ? [] : [[keys.deliveriesOf(commit), received] as const]),
  ];
}
