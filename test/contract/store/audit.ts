import { describe, expect, it } from 'vitest';
import type { Stage } from '../store.ts';
import { anEntry, ids } from './fixtures.ts';

export function auditContract(stage: Stage): void {
  describe('what people did', () => {
    it('is kept whole, newest first, of one moment the higher id first', async () => {
      const { store, other } = stage;
      const all = [anEntry('c', 2, 'acme/shop'), anEntry('b', 1), anEntry('a', 1)];
      for (const entry of all.toReversed()) await store.keepAuditEntry(entry);
      expect(await other.listAuditEntries({})).toEqual(all);
    });

    it('is kept once', async () => {
      const { store } = stage;
      await store.keepAuditEntry(anEntry('a'));
      await store.keepAuditEntry(anEntry('a'));
      expect(ids(await store.listAuditEntries({}))).toEqual(['a']);
    });

    it('is found by App', async () => {
      const { store } = stage;
      await store.keepAuditEntry(anEntry('a', 0, 'acme/shop'));
      await store.keepAuditEntry(anEntry('b', 1, 'acme/shop-staging'));
      await store.keepAuditEntry(anEntry('c', 2));
      expect(ids(await store.listAuditEntries({ app: 'acme/shop' }))).toEqual(['a']);
      expect(await store.listAuditEntries({ app: 'acme' })).toEqual([]);
    });

    it('comes in pages that meet, also within one moment and while more comes', async () => {
      const { store } = stage;
      for (let i = 0; i < 7; i++) await store.keepAuditEntry(anEntry(`e${i}`, i < 3 ? 0 : 1, 'acme/shop'));
      const pages: string[][] = [];
      let after: { at: string; id: string } | undefined;
      for (let i = 0; i < 4; i++) {
        const page = await store.listAuditEntries({
          app: 'acme/shop',
          limit: 2,
          ...(after ? { after } : {}),
        });
        pages.push([...ids(page)]);
        after = page.at(-1) ?? after;
        await store.keepAuditEntry(anEntry(`later${i}`, 2, 'acme/shop'));
      }
      expect(pages).toEqual([['e6', 'e5'], ['e4', 'e3'], ['e2', 'e1'], ['e0']]);
    });

    it('is at most 100 where no number is asked for', async () => {
      const { store } = stage;
      await Promise.all(Array.from({ length: 103 }, (_, i) => store.keepAuditEntry(anEntry(`e${i}`, i))));
      expect(await store.listAuditEntries({})).toHaveLength(100);
    });
  });
}
