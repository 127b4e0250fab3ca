import { describe, expect, it } from 'vitest';
import { ConflictError, InvalidError } from '../../../shared/domain/errors.ts';
import type { Stage } from '../store.ts';
import { aChange, after, aNotice, DAY, ids, SECOND } from './fixtures.ts';

const due = (milliseconds: number) => ({ dueAt: after(milliseconds).toISOString() });

export function noticesContract(stage: Stage): void {
  describe('notices', () => {
    it('stores one that is not there yet, and its next revisions', async () => {
      const { store, other } = stage;
      expect(await store.getNotice('n')).toBeUndefined();
      const first = await store.saveNotice(aNotice('n'));
      expect(first).toEqual(aNotice('n', { revision: 1 }));
      const second = await other.saveNotice({ ...first, attempts: 1, fault: 'it answered 500' });
      expect(second).toEqual({ ...first, attempts: 1, fault: 'it answered 500', revision: 2 });
      expect(await store.getNotice('n')).toEqual(second);
    });

    it('throws ConflictError where it is there already, is gone, or has moved on', async () => {
      const { store } = stage;
      await expect(store.saveNotice(aNotice('n', { revision: 1 }))).rejects.toThrow(ConflictError);
      expect(await store.getNotice('n')).toBeUndefined();
      const told = await store.saveNotice({ ...(await store.saveNotice(aNotice('n'))), state: 'told' });
      await expect(store.saveNotice(aNotice('n'))).rejects.toThrow(ConflictError);
      await expect(store.saveNotice(aNotice('n', { revision: 1 }))).rejects.toThrow(ConflictError);
      expect(await store.getNotice('n')).toEqual(told);
    });

    it('lets one win where two save one revision at once', async () => {
      const { store, other } = stage;
      const results = await Promise.allSettled(
        [store, other, store, other].map((each) => each.saveNotice(aNotice('n'))),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('lists those that are pending and due, what is due for longest first', async () => {
      const { store, other } = stage;
      await store.saveNotice(aNotice('later', due(2 * SECOND)));
      await store.saveNotice(aNotice('second', due(SECOND)));
      const first = await store.saveNotice(aNotice('first'));
      await store.saveNotice({ ...(await store.saveNotice(aNotice('told'))), state: 'told' });
      expect(ids(await other.pendingNotices(after(SECOND)))).toEqual(['first', 'second']);
      await store.saveNotice({ ...first, ...due(3 * SECOND) });
      expect(ids(await other.pendingNotices(after(3 * SECOND)))).toEqual(['second', 'later', 'first']);
      expect(await other.pendingNotices(after(SECOND - 1))).toEqual([]);
    });

    it('lists those of a Change, whatever became of them, what was written first first', async () => {
      const { store, other } = stage;
      const at = (milliseconds: number) => ({ writtenAt: after(milliseconds).toISOString() });
      const second = await store.saveNotice(aNotice('a', at(SECOND)));
      const first = await store.saveNotice(aNotice('b', at(0)));
      await store.saveNotice(aNotice('c', { change: aChange('another') }));
      expect(await other.listNotices('c')).toEqual([first, second]);
      const told = await other.saveNotice({ ...first, state: 'told' });
      expect(await store.listNotices('c')).toEqual([told, second]);
      expect(await store.listNotices('none')).toEqual([]);
    });

    it('gives at most 100, and each a turn, however many there are', async () => {
      const { store } = stage;
      const all = Array.from({ length: 102 }, (_, i) => `${1000 + i}`);
      for (const [i, id] of all.entries()) await store.saveNotice(aNotice(id, due(i)));
      const pending = async (tick?: number) => ids(await store.pendingNotices(after(DAY), tick));
      for (const tick of [undefined, 0, 2]) expect(await pending(tick)).toEqual(all.slice(0, 100));
      for (const tick of [1, 3]) expect(await pending(tick)).toEqual(all.slice(100));
    });

    it('forgets one 7 days after it was told or given up, and none that is still to be told', async () => {
      const { store, pass } = stage;
      const told = await store.saveNotice(aNotice('told'));
      const lost = await store.saveNotice(aNotice('lost'));
      await store.saveNotice(aNotice('pending'));
      await store.saveNotice({ ...told, state: 'told' });
      pass(DAY);
      await store.saveNotice({ ...lost, state: 'given up' });
      await store.expire(after(7 * DAY - 1));
      expect(await store.getNotice('told')).toBeDefined();
      await store.expire(after(7 * DAY));
      expect(await store.getNotice('told')).toBeUndefined();
      expect(ids(await store.listNotices('c'))).toEqual(['lost', 'pending']);
      expect(await store.getNotice('lost')).toBeDefined();
      await store.expire(after(999 * DAY));
      expect(await store.getNotice('lost')).toBeUndefined();
      expect(ids(await store.pendingNotices(after(999 * DAY)))).toEqual(['pending']);
    });

    it('stores nothing that is due, or written, at no time', async () => {
      await expect(stage.store.saveNotice(aNotice('n', { writtenAt: '' }))).rejects.toThrow(InvalidError);
      await expect(stage.store.saveNotice(aNotice('n', { dueAt: 'soon' }))).rejects.toThrow(InvalidError);
      expect(await stage.store.getNotice('n')).toBeUndefined();
    });
  });
}
