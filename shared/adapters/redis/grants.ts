import type { Grant, KnownRights } from '../../domain/grant.ts';
import { instant } from '../../domain/instant.ts';
import { kept } from '../../domain/kept.ts';
import type { Grants } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { collect, readRecord, written } from './records.ts';

const MOST = 100;

export function grants(redis: Connection, clock: () => Date): Grants {
  const lasts = (grant: Grant) => instant(grant.endsAt) > clock().getTime();
  return {
    async saveGrant(grant) {
      const place = [keys.grantsOf(grant.person), instant(grant.createdAt)] as const;
      const args = written(grant, clock().getTime(), instant(grant.endsAt) - clock().getTime(), [place]);
      await redis.run((client) => client.put(keys.grant(grant.id), args));
    },

    async getGrant(id) {
      const grant = await readRecord<Grant>(redis, keys.grant(id));
      return grant && lasts(grant) ? grant : undefined;
    },

    async endGrant(id) {
      await redis.run((client) => client.drop(keys.grant(id), []));
    },

    async listGrants(person) {
      const records = await redis.run((client) => client.zRange(keys.grantsOf(person), 0, -1, { REV: true }));
      return collect<Grant>(redis, records, MOST, lasts);
    },

    async saveRights(rights) {
      const args = written(rights, instant(rights.at), kept.rights);
      await redis.run((client) => client.put(keys.rights(rights.grant), args));
    },

    async getRights(grant) {
      const rights = await readRecord<KnownRights>(redis, keys.rights(grant));
      return rights && instant(rights.at) + kept.rights > clock().getTime() ? rights : undefined;
    },
  };
}
