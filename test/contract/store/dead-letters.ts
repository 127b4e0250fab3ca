import { describe, expect, it } from 'vitest';
import type { Stage } from '../store.ts';
import { aLetter, ids } from './fixtures.ts';

export function deadLettersContract(stage: Stage): void {
  describe('dead letters', () => {
    it('keeps them whole, newest first', async () => {
      const { store, other } = stage;
      await store.keepDeadLetter(aLetter('b', 1));
      await store.keepDeadLetter(aLetter('a', 2));
      expect(await other.listDeadLetters()).toEqual([aLetter('a', 2), aLetter('b', 1)]);
    });

    it('keeps one that comes again once', async () => {
      await stage.store.keepDeadLetter(aLetter('a', 1));
      await stage.store.keepDeadLetter(aLetter('a', 2));
      expect(await stage.store.listDeadLetters()).toEqual([aLetter('a', 2)]);
    });

    it('lists at most 100', async () => {
      const all = Array.from({ length: 103 }, (_, i) => aLetter(`l${i}`, i));
      await Promise.all(all.map((letter) => stage.store.keepDeadLetter(letter)));
      expect(ids(await stage.store.listDeadLetters())).toEqual(ids(all.slice(3).reverse()));
    });
  });
}
