import { kept } from '../../domain/kept.ts';
import type { Store } from '../../ports/store.ts';
import { answers } from './answers.ts';
import { audit } from './audit.ts';
import { builds } from './builds.ts';
import { changes } from './changes.ts';
import { connection } from './connection.ts';
import { deadLetters } from './dead-letters.ts';
import { deliveries } from './deliveries.ts';
import { grants } from './grants.ts';
import { keys } from './keys.ts';
import { leases } from './leases.ts';
import { logs } from './logs.ts';
import { notices } from './notices.ts';
import { outbox } from './outbox.ts';
import { standbyChecks } from './standby-checks.ts';

/** Records that one script removes: other commands wait no longer than for that many. */
const BATCH = 200;

export interface RedisOptions {
  /** redis://user:password@host:6379/0 */
  readonly url: string;
  readonly clock: () => Date;
  /** Bytes of all logs together, as they are stored. */
  readonly bytesOfLogs?: number;
}

/**
 * The store on Redis 7. Connects in the background: the first command waits for that, about a second. `close` gives up
 * what has not been answered yet.
 */
export function redisStore({ url, clock, bytesOfLogs }: RedisOptions): Store & { close(): Promise<void> } {
  const redis = connection(url);
  return {
    ...deliveries(redis),
    ...changes(redis),
    ...builds(redis, clock),
    ...logs(redis, clock, bytesOfLogs),
    ...outbox(redis),
    ...notices(redis, clock),
    ...deadLetters(redis),
    ...audit(redis),
    ...grants(redis, clock),
    ...standbyChecks(redis),
    ...answers(redis),
    ...leases(redis, clock),

    async expire(now) {
      const args = [String(now.getTime()), String(BATCH)];
      let removed: number;
      do removed = await redis.run((client) => client.removePast(keys.expiry, args));
      while (removed === BATCH);
      const past = now.getTime() - kept.changeEvent;
      await redis.run((client) => client.zRemRangeByScore(keys.changeEvents, '-inf', past));
    },

    close: async () => redis.close(),
  };
}
