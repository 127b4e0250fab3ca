import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { RESP_TYPES } from 'redis';
import { kept } from '../../domain/kept.ts';
import { cutLog } from '../../domain/log.ts';
import type { Logs } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { stored } from './records.ts';

/** A third of what our own Redis has: however much one App prints, there is room for everybody's Changes. */
const BYTES_OF_ALL = 64 * 1024 * 1024;

const zip = promisify(gzip);
const unzip = promisify(gunzip);

const asBytes = { [RESP_TYPES.BLOB_STRING]: Buffer } as const;

/** Logs are kept gzipped: one of control characters would be six times as long in JSON. */
export function logs(redis: Connection, clock: () => Date, bytesOfAll = BYTES_OF_ALL): Logs {
  return {
    async saveLog(id, text) {
      const record = stored(await zip(cutLog(text)), clock().getTime(), kept.log);
      await redis.run((client) => client.keepLog(keys.log(id), [String(bytesOfAll), ...record]));
    },

    async readLog(id) {
      const zipped = await redis.run((client) => client.withTypeMapping(asBytes).hGet(keys.log(id), 'value'));
      return zipped === null ? undefined : (await unzip(zipped)).toString();
    },
  };
}
