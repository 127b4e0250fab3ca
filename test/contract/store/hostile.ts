import { describe, expect, it } from 'vitest';
import { concludeChange } from '../../../shared/domain/change.ts';
import { InvalidError } from '../../../shared/domain/errors.ts';
import type { Stage } from '../store.ts';
import {
  aBuild,
  aChange,
  aDelivery,
  after,
  aLetter,
  aNotice,
  anAnswer,
  anEntry,
  COMMIT,
  ids,
  skipped,
} from './fixtures.ts';

const hostile = [
  'line\nbreak\r\n',
  'nul\0inside',
  ':',
  '*',
  'cite:changes',
  "'; drop table changes; --",
  '[a-z]?\\',
  ' ',
  '',
  '__proto__',
  'ünï→😀',
  '%s {} \u2028',
  'x'.repeat(2000),
];
const notPrefixes = [
  '',
  '*',
  '%',
  '_______',
  '0123456*',
  'abcdef',
  '0123456789abcdefg',
  "0123456' or 1=1",
  '-inf',
  '+',
  `${COMMIT}0`,
  '0123456\n',
  'nul\0nul',
];

export function hostileContract(stage: Stage): void {
  describe('hostile values', () => {
    it.each(hostile)('keeps records of id %j apart from all others, through their whole life', async (id) => {
      const { store, other } = stage;
      const app = { namespace: id, name: id, uid: id };
      await store.recordDelivery(aDelivery('neighbour'));
      await store.recordDelivery(aDelivery(id, { body: id, event: id, repository: id }));
      expect(await other.getDelivery(id)).toEqual(aDelivery(id, { body: id, event: id, repository: id }));
      await store.judgeDelivery(id, { skipped: id });
      expect(ids(await store.unjudgedDeliveries(after(1)))).toEqual(['neighbour']);

      const fields = { app, repository: id, build: id, branch: id, title: id, author: id };
      await store.openChange(aChange('neighbour'));
      const { change, opened } = await store.openChange(aChange(id, fields));
      expect(opened).toBe(true);
      for (const query of [
        { app: id },
        { repository: id },
        { build: id },
        { app: id, build: id, open: true },
      ])
        expect(await other.listChanges(query)).toEqual([change]);
      const saved = await store.saveChange(concludeChange(change, skipped, after(1)));
      expect(await other.getChange(id)).toEqual(saved);
      expect(await store.pendingMessage(id)).toEqual({ id: `${id}:2`, change: id, revision: 2 });
      await store.settleMessage({ id: `${id}:2`, change: id, revision: 2 });
      expect(await store.pendingMessages()).toEqual([
        { id: 'neighbour:1', change: 'neighbour', revision: 1 },
      ]);

      const build = await store.saveBuild(aBuild(id));
      expect(await other.getBuild(id)).toEqual(build);
      const notice = await store.saveNotice(aNotice(id, { change: saved, fault: id }));
      expect(await other.listNotices(id)).toEqual([notice]);
      expect(await other.getNotice(id)).toEqual(notice);
      expect(await other.pendingNotices(after(1))).toEqual([notice]);
      await store.saveLog(id, id);
      expect(await other.readLog(id)).toBe(id);
      await store.keepDeadLetter({ ...aLetter(id), data: { [id]: id } });
      expect(await other.listDeadLetters()).toEqual([{ ...aLetter(id), data: { [id]: id } }]);
      const entry = { ...anEntry(id, 0, id), by: id, from: id, action: id, details: { [id]: id } };
      await store.keepAuditEntry(entry);
      await store.keepAuditEntry(anEntry('neighbour', 0, 'acme/shop'));
      expect(await other.listAuditEntries({ app: id })).toEqual([entry]);
      await store.keepAnswer(anAnswer(id, 0, id));
      expect(await other.getAnswer(id)).toEqual(anAnswer(id, 0, id));
      expect(await store.takeLease(id, id, 1000)).toBe(true);
      expect(await other.takeLease(id, 'another', 1000)).toBe(false);
      await store.returnLease(id, id);
      expect(await other.takeLease(id, 'another', 1000)).toBe(true);
    });

    it('keeps a body of 1 MB and of any characters as it is', async () => {
      const body = 'ü\0\n"\\€😀\ud800'.repeat(120_000);
      await stage.store.recordDelivery(aDelivery('d', { body }));
      expect((await stage.other.getDelivery('d'))?.body === body).toBe(true);
      expect((await stage.other.deliveriesOf(COMMIT))[0]?.body === body).toBe(true);
    });

    it.each(notPrefixes)('finds nothing for %j, which is no commit', async (commit) => {
      const { store } = stage;
      await store.recordDelivery(aDelivery('d'));
      await store.openChange(aChange('c'));
      expect(await store.deliveriesOf(commit)).toEqual([]);
      expect(await store.listChanges({ commit })).toEqual([]);
    });

    it.each(hostile)('takes %j for a commit, and finds it by no digits', async (commit) => {
      const { store } = stage;
      await store.recordDelivery(aDelivery('d', { commit }));
      const { change } = await store.openChange(aChange('c', { commit }));
      expect(change.commit).toBe(commit);
      expect((await store.openChange(aChange('c2', { commit }))).change).toEqual(change);
      expect(await store.listChanges({ commit: COMMIT })).toEqual([]);
    });

    it('stores nothing of a record whose time is none', async () => {
      const { store } = stage;
      await expect(store.openChange(aChange('c', { openedAt: 'soon' }))).rejects.toThrow(InvalidError);
      await expect(store.recordDelivery(aDelivery('d', { receivedAt: '' }))).rejects.toThrow(InvalidError);
      expect(await store.getChange('c')).toBeUndefined();
      await expect(store.keepAuditEntry({ ...anEntry('e'), at: 'now' })).rejects.toThrow(InvalidError);
      await expect(store.keepAnswer({ ...anAnswer('a'), at: '' })).rejects.toThrow(InvalidError);
      expect(await store.getAnswer('a')).toBeUndefined();
      expect(await store.listAuditEntries({})).toEqual([]);
      expect(await store.getDelivery('d')).toBeUndefined();
      expect(await store.pendingMessages()).toEqual([]);
    });
  });
}
