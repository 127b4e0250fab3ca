import type { Leases } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys, LEASE_GRACE } from './keys.ts';

export function leases(redis: Connection, clock: () => Date): Leases {
  return {
    async takeLease(name, owner, milliseconds) {
      const now = clock().getTime();
      const args = [owner, now, now + milliseconds, Math.ceil(milliseconds) + LEASE_GRACE].map(String);
      return (await redis.run((client) => client.takeLease(keys.lease(name), args))) === 1;
    },

    async returnLease(name, owner) {
      await redis.run((client) => client.returnLease(keys.lease(name), [owner]));
    },
  };
}
