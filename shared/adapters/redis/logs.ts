import { kept } from '../../domain/kept.ts';
import { cutLog } from '../../domain/log.ts';
import type { Logs } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { readRecord, written } from './records.ts';

export function logs(redis: Connection, clock: () => Date): Logs {
  return {
    async saveLog(id, text) {
      const args = written(cutLog(text), clock().getTime(), kept.log);
      await redis.run((client) => client.put(keys.log(id), args));
    },
    readLog: (id) => readRecord<string>(redis, keys.log(id)),
  };
}
