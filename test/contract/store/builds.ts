import { describe, expect, it } from 'vitest';
import { ConflictError } from '../../../shared/domain/errors.ts';
import type { Stage } from '../store.ts';
import { aBuild, after, SECOND } from './fixtures.ts';

export function buildsContract(stage: Stage): void {
  describe('builds', () => {
    it('stores one that is not there yet, and its next revisions', async () => {
      const { store, other } = stage;
      expect(await store.getBuild('k')).toBeUndefined();
      const first = await store.saveBuild(aBuild('k'));
      expect(first).toEqual(aBuild('k', { revision: 1 }));
      const image = 'registry/app@sha256:00';
      const second = await other.saveBuild({ ...first, state: 'succeeded', image });
      expect(second).toEqual({ ...first, state: 'succeeded', image, revision: 2 });
      expect(await store.getBuild('k')).toEqual(second);
    });

    it('throws ConflictError where it is there already, is gone, or has moved on', async () => {
      const { store } = stage;
      await expect(store.saveBuild(aBuild('k', { revision: 1 }))).rejects.toThrow(ConflictError);
      expect(await store.getBuild('k')).toBeUndefined();
      await store.saveBuild(aBuild('k'));
      const failed = aBuild('k', { state: 'failed' });
      await expect(store.saveBuild(failed)).rejects.toThrow(ConflictError);
      await expect(store.saveBuild({ ...failed, revision: 2 })).rejects.toThrow(ConflictError);
      expect((await store.getBuild('k'))?.state).toBe('running');
    });

    it('lets one win where two save one revision at once', async () => {
      const { store, other } = stage;
      const race = (revision: number) =>
        Promise.allSettled(
          [store, other, store, other].map((each) => each.saveBuild(aBuild('k', { revision }))),
        );
      for (const revision of [0, 1]) {
        const results = await race(revision);
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const result of results)
          if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(ConflictError);
      }
      expect((await store.getBuild('k'))?.revision).toBe(2);
    });

    it('lists those that run, and those alone', async () => {
      const { store, other } = stage;
      const later = { startedAt: after(SECOND).toISOString() };
      const first = await store.saveBuild(aBuild('first'));
      const second = await store.saveBuild(aBuild('second', later));
      await store.saveBuild(aBuild('done', { state: 'failed' }));
      expect(await other.listRunningBuilds()).toEqual([first, second]);
      await store.saveBuild({ ...first, state: 'cancelled' });
      expect(await other.listRunningBuilds()).toEqual([second]);
    });
  });
}
