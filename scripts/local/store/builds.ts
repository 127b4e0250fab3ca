import type { Build } from '../../../shared/domain/build.ts';
import { ConflictError } from '../../../shared/domain/errors.ts';
import { instant } from '../../../shared/domain/instant.ts';
import type { Builds } from '../../../shared/ports/store.ts';
import type { Database } from './database.ts';
import { recordIn, recordsIn } from './row.ts';

export function builds({ sql, read, write }: Database, clock: () => Date): Builds {
  const byKey = sql.prepare('select revision, value from builds where key = ?');
  const running = sql.prepare('select value from builds where running = 1 order by started, key');
  const put = sql.prepare('replace into builds values (?, ?, ?, ?, ?, ?)');

  return {
    getBuild: (key) => read(() => recordIn<Build>(byKey.get(key))),

    saveBuild: (given) =>
      write(() => {
        if ((byKey.get(given.key)?.revision ?? 0) !== given.revision)
          throw new ConflictError(`Build ${given.key} is not at revision ${given.revision}`);
        const build: Build = { ...given, revision: given.revision + 1 };
        const runs = build.state === 'running' ? 1 : 0;
        const started = instant(build.startedAt);
        put.run(build.key, runs, started, clock().getTime(), build.revision, JSON.stringify(build));
        return build;
      }),

    listRunningBuilds: () => read(() => recordsIn<Build>(running.all())),
  };
}
