import type { Build } from '../../domain/build.ts';
import { ConflictError } from '../../domain/errors.ts';
import { instant } from '../../domain/instant.ts';
import { kept } from '../../domain/kept.ts';
import type { Builds } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { collect, type Places, readRecord, written } from './records.ts';

export function builds(redis: Connection, clock: () => Date): Builds {
  return {
    getBuild: (key) => readRecord<Build>(redis, keys.build(key)),

    async saveBuild(given) {
      const build: Build = { ...given, revision: given.revision + 1 };
      const places: Places =
        build.state === 'running' ? [[keys.runningBuilds, instant(build.startedAt)]] : [];
      const args = [
        String(build.revision),
        String(given.revision),
        ...written(build, clock().getTime(), kept.build, places),
      ];
      const saved = await redis.run((client) => client.saveRevision(keys.build(build.key), args));
      if (!saved) throw new ConflictError(`Build ${build.key} is not at revision ${given.revision}`);
      return build;
    },

    async listRunningBuilds() {
      const records = await redis.run((client) => client.zRange(keys.runningBuilds, 0, -1));
      return collect<Build>(redis, records, records.length);
    },
  };
}
