import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { begunElsewhere, startOfTurn, tickOf } from '../../shared/domain/turn.ts';
import { minutesAfterNoon } from '../support/facts.ts';

describe('a turn', () => {
  it('is one every five minutes', () => {
    expect(
      [0, 4, 5, 10].map((minute) => tickOf(minutesAfterNoon(minute)) - tickOf(minutesAfterNoon(0))),
    ).toEqual([0, 0, 1, 2]);
  });

  it.each([
    ['nobody', 0, [0, 0, 0]],
    ['as many as one takes', 10, [0, 0, 0]],
    ['one more', 11, [0, 10, 0]],
    ['many', 30, [0, 10, 20]],
  ])('of %s begins where the last one ended', (_who, count, starts) => {
    expect([0, 1, 2].map((tick) => startOfTurn(count, tick, 10))).toEqual(starts);
  });
});

describe('a list that is begun elsewhere each time', () => {
  const list = (length: number) => Array.from({ length }, (_, i) => i);

  it('is the same list, from some place on', () => {
    expect(begunElsewhere([], 7)).toEqual([]);
    expect(begunElsewhere(list(5), 0)).toEqual([0, 1, 2, 3, 4]);
    expect(begunElsewhere(list(5), 1)).toEqual([3, 4, 0, 1, 2]);
  });

  it('reaches all soon, however few are reached at a time, and whenever that begins', () => {
    const few = fc.integer({ min: 1, max: 300 }).chain((length) =>
      fc.record({
        length: fc.constant(length),
        reached: fc.integer({ min: 1, max: length }),
        since: fc.integer({ min: 0, max: 10_000_000 }),
      }),
    );
    fc.assert(
      fc.property(few, ({ length, reached, since }) => {
        const times = Math.ceil((3 * length) / reached);
        const all = list(times).flatMap((time) =>
          begunElsewhere(list(length), since + time).slice(0, reached),
        );
        expect(new Set(all).size).toBe(length);
      }),
    );
  });
});
