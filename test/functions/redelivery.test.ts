import { describe, expect, it } from 'vitest';
import { decideRedeliveries, lostWhy, mayBeLost } from '../../functions/resync/decide-redelivery.ts';
import type { HookDelivery } from '../../shared/ports/code-host.ts';
import { minutesAfterNoon, NOON } from '../support/facts.ts';

const delivery = (given: Partial<HookDelivery> = {}): HookDelivery => ({
  id: '1/guid',
  event: 'push',
  attempt: '1',
  delivered: false,
  answer: 0,
  firstAt: NOON,
  lastAt: NOON,
  ...given,
});

describe('a lost delivery', () => {
  it.each([
    ['push', false, true],
    ['create', false, true],
    ['delete', false, true],
    ['status', false, false],
    ['ping', false, false],
    ['push', true, true],
    ['create', true, false],
    ['status', true, false],
  ])('may be a %s whose being delivered is %s: %s', (event, delivered, may) => {
    expect(mayBeLost(delivery({ event, delivered }))).toBe(may);
  });

  it.each([
    ['at once', 0, 0, false],
    ['after a minute', 0, 1, true],
    ['sooner than the last pause', 20, 35, false],
    ['after twice the time', 20, 40, true],
  ])('is sent again, or not, %s', (_when, last, now, is) => {
    const lost = delivery({ lastAt: minutesAfterNoon(last) });
    expect(decideRedeliveries([lost], minutesAfterNoon(now))).toEqual(is ? [lost] : []);
  });

  it('is sent again before one that is younger', () => {
    const [older, younger] = [0, 1].map((minute) => {
      const at = minutesAfterNoon(minute);
      return delivery({ id: `1/${minute}`, firstAt: at, lastAt: at });
    }) as [HookDelivery, HookDelivery];
    expect(decideRedeliveries([younger, older], minutesAfterNoon(9))).toEqual([older, younger]);
  });

  it('says why it is', () => {
    const lost = [
      delivery(),
      delivery({ answer: 503 }),
      delivery({ answer: 401 }),
      delivery({ delivered: true, answer: 202 }),
    ];
    expect(lostWhy(lost)).toBe('1: nobody answered, 2: it was answered 503, 1: the store lost it');
    expect(lostWhy([delivery()])).toBe('1: nobody answered');
  });
});
