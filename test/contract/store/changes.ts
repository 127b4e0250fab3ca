import { describe, expect, it } from 'vitest';
import { advanceChange, type Change, concludeChange, TIMELINE_STEPS } from '../../../shared/domain/change.ts';
import { ConflictError, RetryableError } from '../../../shared/domain/errors.ts';
import type { Stage } from '../store.ts';
import { aChange, after, COMMIT, commitFrom, ids, SECOND, skipped } from './fixtures.ts';

export function changesContract(stage: Stage): void {
  describe('changes', () => {
    it('stores a new one, at its first revision', async () => {
      const stored = { ...aChange('c'), revision: 1 };
      expect(await stage.store.openChange(aChange('c'))).toEqual({ change: stored, opened: true });
      expect(await stage.other.getChange('c')).toEqual(stored);
      expect(await stage.store.getChange('none')).toBeUndefined();
    });

    it('returns one whose id is known as it is, also after its verdict', async () => {
      const { store, other } = stage;
      const { change } = await store.openChange(aChange('c'));
      const ended = await store.saveChange(concludeChange(change, skipped, after(SECOND)));
      const again = await other.openChange(aChange('c', { title: 'another', commit: commitFrom('b') }));
      expect(again).toEqual({ change: ended, opened: false });
    });

    it('returns the open one of the same App and commit, also to one that has its verdict', async () => {
      const { store, other } = stage;
      const { change } = await store.openChange(aChange('c1'));
      expect(await other.openChange(aChange('c2'))).toEqual({ change, opened: false });
      const judged = concludeChange(aChange('c3'), skipped, after(0));
      expect(await other.openChange(judged)).toEqual({ change, opened: false });
      expect(await store.getChange('c2')).toBeUndefined();
      expect(await store.getChange('c3')).toBeUndefined();
    });

    it('opens one of another App, and of another commit, beside it', async () => {
      const { store } = stage;
      const app = { namespace: 'acme', name: 'shop', uid: 'uid-made-anew' };
      await store.openChange(aChange('c1'));
      expect((await store.openChange(aChange('c2', { app }))).opened).toBe(true);
      expect((await store.openChange(aChange('c3', { commit: commitFrom('b') }))).opened).toBe(true);
    });

    it('opens another one of the same App and commit once the first has its verdict', async () => {
      const { store } = stage;
      const { change } = await store.openChange(aChange('c1'));
      await store.saveChange(concludeChange(change, skipped, after(SECOND)));
      expect((await store.openChange(aChange('c2'))).opened).toBe(true);
      expect((await store.openChange(aChange('c3'))).change.id).toBe('c2');
    });

    it('never counts one as open that is stored with its verdict', async () => {
      const { store } = stage;
      const judged = concludeChange(aChange('c1'), skipped, after(0));
      expect((await store.openChange(judged)).opened).toBe(true);
      expect((await store.openChange(aChange('c2'))).opened).toBe(true);
      expect(ids(await store.listChanges({ open: true }))).toEqual(['c2']);
      await expect(store.saveChange({ ...judged, revision: 1 })).rejects.toThrow(ConflictError);
    });

    it('opens one only where many of one App and commit come at once', async () => {
      const { store, other } = stage;
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 ? store : other).openChange(aChange(`c${i}`))),
      );
      expect(results.filter(({ opened }) => opened)).toHaveLength(1);
      expect(new Set(results.map(({ change }) => change.id)).size).toBe(1);
      expect(await store.listChanges({})).toHaveLength(1);
      expect(await store.pendingMessages()).toHaveLength(1);
    });

    it('saves the next revision with its timeline', async () => {
      const { store, other } = stage;
      const { change } = await store.openChange(aChange('c'));
      const next = advanceChange(change, { state: 'starting', reason: 'built', release: 3 }, after(SECOND));
      const saved = await store.saveChange(next);
      expect(saved).toEqual({ ...next, revision: 2 });
      expect(await other.getChange('c')).toEqual(saved);
      expect(saved.timeline).toHaveLength(2);
    });

    it('throws ConflictError for a revision that is not the stored one, and writes nothing', async () => {
      const { store } = stage;
      const { change } = await store.openChange(aChange('c'));
      const saved = await store.saveChange({ ...change, reason: 'first' });
      const [message] = await store.pendingMessages();
      for (const revision of [0, 1, 3])
        await expect(store.saveChange({ ...change, reason: 'late', revision })).rejects.toThrow(
          ConflictError,
        );
      expect(await store.getChange('c')).toEqual(saved);
      expect(await store.pendingMessages()).toEqual([message]);
    });

    it('throws ConflictError for one that is not stored: a wiped store takes no half of a history', async () => {
      await expect(stage.store.saveChange(aChange('c', { revision: 0 }))).rejects.toThrow(ConflictError);
      await expect(stage.store.saveChange(aChange('c', { revision: 4 }))).rejects.toThrow(RetryableError);
      expect(await stage.store.getChange('c')).toBeUndefined();
      expect(await stage.store.pendingMessages()).toEqual([]);
    });

    it('lets one win where two save one revision at once', async () => {
      const { store, other } = stage;
      const { change } = await store.openChange(aChange('c'));
      const results = await Promise.allSettled(
        Array.from({ length: 10 }, (_, i) =>
          (i % 2 ? store : other).saveChange({ ...change, reason: `${i}` }),
        ),
      );
      const won = results.filter((result) => result.status === 'fulfilled');
      const lost = results.filter((result) => result.status === 'rejected');
      expect(won).toHaveLength(1);
      for (const { reason } of lost) expect(reason).toBeInstanceOf(ConflictError);
      expect(await store.getChange('c')).toEqual(won[0]?.value);
    });

    it('takes one verdict: nothing is saved after it, whatever the revision', async () => {
      const { store, other } = stage;
      const { change } = await store.openChange(aChange('c'));
      const ended = await store.saveChange(
        concludeChange(change, { outcome: 'deployed', release: 3 }, after(SECOND)),
      );
      const { verdict: _, ...reopened } = ended;
      await expect(other.saveChange({ ...ended, verdict: skipped })).rejects.toThrow(ConflictError);
      await expect(other.saveChange({ ...reopened, state: 'held' })).rejects.toThrow(ConflictError);
      expect(await other.getChange('c')).toEqual(ended);
    });

    it('lets one verdict win where two conclude at once, and frees App and commit once', async () => {
      const { store, other } = stage;
      const { change } = await store.openChange(aChange('c1'));
      const results = await Promise.allSettled([
        store.saveChange(concludeChange(change, skipped, after(SECOND))),
        other.saveChange(concludeChange(change, { outcome: 'cancelled', by: 'ada' }, after(SECOND))),
      ]);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const opened = await Promise.all([store.openChange(aChange('c2')), other.openChange(aChange('c3'))]);
      expect(opened.filter((result) => result.opened)).toHaveLength(1);
      expect(await store.listChanges({ commit: COMMIT, open: true })).toHaveLength(1);
    });

    const steps = (change: Change, count: number) =>
      Array.from({ length: count }).reduce<Change>(
        (one, _, i) => advanceChange(one, { state: 'starting', reason: `step ${i}` }, after(i)),
        change,
      );

    it.each<[string, (change: Change) => Change]>([
      ['its commit', (change) => ({ ...change, commit: commitFrom('b') })],
      ['its App', (change) => ({ ...change, app: { ...change.app, uid: 'another' } })],
      ['its kind', (change) => ({ ...change, kind: 'rollback' })],
      ['who caused it', (change) => ({ ...change, by: 'mallory' })],
      ['its release', ({ release: _, ...change }) => change],
      ['a step', (change) => ({ ...change, timeline: change.timeline.slice(1) })],
      [
        'the words of a step',
        (change) => ({
          ...change,
          timeline: change.timeline.map((step) => ({ ...step, reason: 'another' })),
        }),
      ],
    ])('takes nothing back: %s stays as it was written', async (_, edit) => {
      const { store, other } = stage;
      const { change } = await store.openChange(aChange('c', { by: 'ada', release: 3 }));
      const saved = await store.saveChange(steps(change, 3));
      await expect(other.saveChange(edit(saved))).rejects.toThrow(/take back/);
      expect(await other.getChange('c')).toEqual(saved);
    });

    it('takes nothing back of a timeline that is full', async () => {
      const { store, other } = stage;
      const { change } = await store.openChange(aChange('c'));
      const full = await store.saveChange(steps(await store.saveChange(steps(change, 60)), 60));
      const timeline = full.timeline.map((step) => ({ ...step, reason: 'another' }));
      await expect(other.saveChange({ ...full, timeline })).rejects.toThrow(/take back/);
    });

    it('keeps the newest steps of a timeline that is full', async () => {
      const { store, other } = stage;
      const { change } = await store.openChange(aChange('c'));
      const full = await store.saveChange(steps(await store.saveChange(steps(change, 60)), 60));
      const more = await store.saveChange(
        advanceChange(full, { state: 'switching', reason: 'one more' }, after(200)),
      );
      expect((await other.getChange('c'))?.timeline).toHaveLength(TIMELINE_STEPS);
      expect(more.timeline.at(-1)?.reason).toBe('one more');
    });
  });
}
