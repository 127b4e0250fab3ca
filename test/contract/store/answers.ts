import { describe, expect, it } from 'vitest';
import type { Stage } from '../store.ts';
import { anAnswer, DAY } from './fixtures.ts';

export function answersContract(stage: Stage): void {
  describe('answers', () => {
    it('keeps the last one of each id', async () => {
      const { store, other } = stage;
      await store.keepAnswer(anAnswer('a'));
      await store.keepAnswer(anAnswer('a:b'));
      await store.keepAnswer(anAnswer('a', 1, 'another'));
      expect(await other.getAnswer('a')).toEqual(anAnswer('a', 1, 'another'));
      expect(await other.getAnswer('a:b')).toEqual(anAnswer('a:b'));
      expect(await other.getAnswer('b')).toBeUndefined();
    });

    it('forgets one a day after it was given', async () => {
      const { store } = stage;
      await store.keepAnswer(anAnswer('a'));
      await store.keepAnswer(anAnswer('b', 1));
      await store.expire(new Date(Date.parse(anAnswer('a').at) + DAY - 1));
      expect(await store.getAnswer('a')).toBeDefined();
      await store.expire(new Date(Date.parse(anAnswer('a').at) + DAY));
      expect(await store.getAnswer('a')).toBeUndefined();
      expect(await store.getAnswer('b')).toBeDefined();
    });
  });
}
