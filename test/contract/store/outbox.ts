import { describe, expect, it } from 'vitest';
import { concludeChange } from '../../../shared/domain/change.ts';
import type { Stage } from '../store.ts';
import { aChange, after, commitFrom, skipped } from './fixtures.ts';

const open = async ({ store }: Stage, id: string, commit: string) =>
  (await store.openChange(aChange(id, { commit: commitFrom(commit) }))).change;

export function outboxContract(stage: Stage): void {
  describe('the outbox', () => {
    it('holds a message for each new Change, oldest first, with an id of Change and revision', async () => {
      await open(stage, 'z', '1');
      await open(stage, 'a', '2');
      expect(await stage.other.pendingMessages()).toEqual([
        { id: 'z:1', change: 'z', revision: 1 },
        { id: 'a:1', change: 'a', revision: 1 },
      ]);
      expect(await stage.store.pendingMessage('a')).toEqual({ id: 'a:1', change: 'a', revision: 1 });
      expect(await stage.store.pendingMessage('none')).toBeUndefined();
    });

    it('holds one for a Change that is stored with its verdict, and none for one that was not stored', async () => {
      const { store } = stage;
      await store.openChange(concludeChange(aChange('skipped'), skipped, after(0)));
      await store.openChange(aChange('c'));
      await store.openChange(aChange('same-commit'));
      expect((await store.pendingMessages()).map(({ change }) => change)).toEqual(['skipped', 'c']);
    });

    it('replaces an older revision by the newer, which is then the newest message', async () => {
      const { store } = stage;
      const first = await open(stage, 'first', '1');
      await open(stage, 'second', '2');
      await store.saveChange(first);
      expect((await store.pendingMessages()).map(({ id }) => id)).toEqual(['second:1', 'first:2']);
    });

    it('gives at most 100, and each message a turn, however many there are', async () => {
      const { store } = stage;
      const commits = Array.from({ length: 102 }, (_, i) => `${1000000 + i}`);
      for (const commit of commits) await open(stage, commit, commit);
      const pending = async (tick?: number) => (await store.pendingMessages(tick)).map((m) => m.change);
      for (const tick of [undefined, 0, 2, 2_000_000])
        expect(await pending(tick)).toEqual(commits.slice(0, 100));
      for (const tick of [1, 3, 2_000_001]) expect(await pending(tick)).toEqual(commits.slice(100));
    });

    it('forgets a settled message, also when it is settled twice', async () => {
      const { store, other } = stage;
      await open(stage, 'c', '1');
      const message = { id: 'c:1', change: 'c', revision: 1 };
      await store.settleMessage(message);
      await other.settleMessage(message);
      expect(await store.pendingMessages()).toEqual([]);
      expect(await store.pendingMessage('c')).toBeUndefined();
    });

    it('keeps the newer message when the one that it replaced is settled', async () => {
      const { store, other } = stage;
      const change = await open(stage, 'c', '1');
      const [sent] = await store.pendingMessages();
      await other.saveChange(change);
      if (sent) await store.settleMessage(sent);
      expect(await store.pendingMessages()).toEqual([{ id: 'c:2', change: 'c', revision: 2 }]);
    });

    it('loses no state that is saved while the one before is being settled', async () => {
      const { store, other } = stage;
      let change = await open(stage, 'c', '1');
      for (let round = 0; round < 20; round++) {
        const sent = await store.pendingMessage('c');
        expect(sent?.revision).toBe(change.revision);
        const [saved] = await Promise.all([other.saveChange(change), sent && store.settleMessage(sent)]);
        change = saved;
      }
      expect(await store.pendingMessage('c')).toMatchObject({ revision: 21 });
    });

    it('takes up a Change again that is saved after its message was settled', async () => {
      const { store } = stage;
      const change = await open(stage, 'c', '1');
      await store.settleMessage({ id: 'c:1', change: 'c', revision: 1 });
      await store.saveChange(concludeChange(change, skipped, after(1)));
      expect(await store.pendingMessages()).toEqual([{ id: 'c:2', change: 'c', revision: 2 }]);
    });
  });
}
