import { type AuditEntry, comesAfter, LISTED_ENTRIES } from '../../domain/audit.ts';
import { instant } from '../../domain/instant.ts';
import { kept } from '../../domain/kept.ts';
import type { Audit } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { newestFirst } from './newest-first.ts';
import { collect, written } from './records.ts';

export function audit(redis: Connection): Audit {
  return {
    async keepAuditEntry(entry) {
      const at = instant(entry.at);
      const ofApp = entry.app === undefined ? [] : [[keys.auditOfApp(entry.app), at] as const];
      const args = written(entry, at, kept.audit, [[keys.audit, at], ...ofApp]);
      await redis.run((client) => client.put(keys.auditEntry(entry.id), args));
    },

    async listAuditEntries({ app, after, limit = LISTED_ENTRIES }) {
      const index = app === undefined ? keys.audit : keys.auditOfApp(app);
      const span = { since: -Infinity, until: after === undefined ? Infinity : instant(after.at) };
      const found: AuditEntry[] = [];
      for await (const batch of newestFirst(redis, index, span, limit)) {
        found.push(...(await collect<AuditEntry>(redis, batch, limit - found.length, comesAfter(after))));
        if (found.length >= limit) break;
      }
      return found;
    },
  };
}
