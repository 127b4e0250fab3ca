import { instant } from '../../domain/instant.ts';
import { kept } from '../../domain/kept.ts';
import type { StandbyCheck } from '../../domain/standby-check.ts';
import type { StandbyChecks } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { readRecord, written } from './records.ts';

export function standbyChecks(redis: Connection): StandbyChecks {
  return {
    async saveStandbyCheck(check) {
      const args = written(check, instant(check.at), kept.standbyCheck);
      await redis.run((client) => client.put(keys.standbyCheck(check.app, check.release), args));
    },
    getStandbyCheck: (app, release) => readRecord<StandbyCheck>(redis, keys.standbyCheck(app, release)),
  };
}
