import { expect, it } from 'vitest';
import { brokenIn, rollbackWords } from '../../shared/domain/standby-check.ts';

it.each([
  [undefined, 'none', undefined],
  [{ release: 3 }, 'r3 ready', undefined],
  [{ release: 12, fault: 'it crashed' }, 'r12 broken', 'r12'],
])('%j is shown as %s', (newest, words, broken) => {
  expect(rollbackWords(newest)).toBe(words);
  expect(brokenIn(words)).toBe(broken);
});

it('of an App that was not looked at yet nothing is broken', () => {
  expect(brokenIn(undefined)).toBeUndefined();
});
