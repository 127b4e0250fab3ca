import { instant } from '../../domain/instant.ts';
import { kept } from '../../domain/kept.ts';
import type { KeptAnswer } from '../../domain/kept-answer.ts';
import type { Answers } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { readRecord, written } from './records.ts';

export function answers(redis: Connection): Answers {
  return {
    async keepAnswer(answer) {
      const args = written(answer, instant(answer.at), kept.answer);
      await redis.run((client) => client.put(keys.answer(answer.id), args));
    },
    getAnswer: (id) => readRecord<KeptAnswer>(redis, keys.answer(id)),
  };
}
