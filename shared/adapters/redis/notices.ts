import { ConflictError } from '../../domain/errors.ts';
import { instant } from '../../domain/instant.ts';
import { kept } from '../../domain/kept.ts';
import type { Notice } from '../../domain/notice.ts';
import { startOfTurn } from '../../domain/turn.ts';
import type { Notices } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { collect, readRecord, written } from './records.ts';

const MOST = 100;

export function notices(redis: Connection, clock: () => Date): Notices {
  return {
    getNotice: (id) => readRecord<Notice>(redis, keys.notice(id)),

    async saveNotice(given) {
      const notice: Notice = { ...given, revision: given.revision + 1 };
      const isPending = notice.state === 'pending';
      const args = [
        String(notice.revision),
        String(given.revision),
        ...written(notice, isPending ? undefined : clock().getTime(), kept.notice, [
          [keys.noticesOf(notice.change.id), instant(notice.writtenAt)],
          ...(isPending ? [[keys.pendingNotices, instant(notice.dueAt)] as const] : []),
        ]),
      ];
      const saved = await redis.run((client) => client.saveRevision(keys.notice(notice.id), args));
      if (!saved) throw new ConflictError(`notice ${given.id} is not at revision ${given.revision}`);
      return notice;
    },

    async listNotices(change) {
      const records = await redis.run((client) => client.zRange(keys.noticesOf(change), 0, -1));
      return collect<Notice>(redis, records, records.length);
    },

    async pendingNotices(due, tick = 0) {
      const until = due.getTime();
      const count = await redis.run((client) => client.zCount(keys.pendingNotices, '-inf', until));
      const LIMIT = { offset: startOfTurn(count, tick, MOST), count: MOST };
      const records = await redis.run((client) =>
        client.zRange(keys.pendingNotices, '-inf', until, { BY: 'SCORE', LIMIT }),
      );
      return collect<Notice>(redis, records, records.length);
    },
  };
}
