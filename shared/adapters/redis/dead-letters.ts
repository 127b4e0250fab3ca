import type { DeadLetter } from '../../domain/dead-letter.ts';
import { instant } from '../../domain/instant.ts';
import { kept } from '../../domain/kept.ts';
import type { DeadLetters } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { collect, written } from './records.ts';

const MOST = 100;

export function deadLetters(redis: Connection): DeadLetters {
  return {
    async keepDeadLetter(letter) {
      const at = instant(letter.at);
      const args = written(letter, at, kept.deadLetter, [[keys.deadLetters, at]]);
      await redis.run((client) => client.put(keys.deadLetter(letter.id), args));
    },

    async listDeadLetters() {
      const records = await redis.run((client) =>
        client.zRange(keys.deadLetters, 0, MOST - 1, { REV: true }),
      );
      return collect<DeadLetter>(redis, records, MOST);
    },
  };
}
