import { describe, expect, it } from 'vitest';
import type { Stage } from '../store.ts';
import { SECOND } from './fixtures.ts';

export function leasesContract(stage: Stage): void {
  describe('leases', () => {
    it('gives a lease to one owner until its time is over', async () => {
      const { store, other, pass } = stage;
      expect(await store.takeLease('notify', 'a', SECOND)).toBe(true);
      expect(await other.takeLease('notify', 'b', SECOND)).toBe(false);
      expect(await other.takeLease('another', 'b', SECOND)).toBe(true);
      pass(SECOND - 1);
      expect(await other.takeLease('notify', 'b', SECOND)).toBe(false);
      pass(1);
      expect(await other.takeLease('notify', 'b', SECOND)).toBe(true);
      expect(await store.takeLease('notify', 'a', SECOND)).toBe(false);
    });

    it('prolongs it for the owner that takes it again', async () => {
      const { store, other, pass } = stage;
      await store.takeLease('notify', 'a', SECOND);
      pass(SECOND - 1);
      expect(await store.takeLease('notify', 'a', SECOND)).toBe(true);
      pass(SECOND - 1);
      expect(await other.takeLease('notify', 'b', SECOND)).toBe(false);
    });

    it('is free once its owner gives it back, and stays when another one does', async () => {
      const { store, other } = stage;
      await store.takeLease('notify', 'a', SECOND);
      await other.returnLease('notify', 'b');
      expect(await other.takeLease('notify', 'b', SECOND)).toBe(false);
      await store.returnLease('notify', 'a');
      expect(await other.takeLease('notify', 'b', SECOND)).toBe(true);
      await store.returnLease('none', 'a');
    });

    it('has one winner where many take it at once', async () => {
      const { store, other } = stage;
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          (i % 2 ? store : other).takeLease('notify', `owner ${i}`, SECOND),
        ),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
    });
  });
}
