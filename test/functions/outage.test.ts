import { describe, expect, test } from 'vitest';
import { Outage } from '../../functions/resync/outage.ts';
import { DeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';

const away = new RetryableError('GitHub answered 502');

describe('the code host is asked', () => {
  test('after the next repository where one alone, or two, cannot be', () => {
    const outage = new Outage();
    expect([outage.isSeenIn(away), outage.isSeenIn(away)]).toEqual([false, false]);
    outage.answered();
    expect([outage.isSeenIn(away), outage.isSeenIn(away)]).toEqual([false, false]);
  });

  test('no further after three in a row, nor where its own word is no', () => {
    const outage = new Outage();
    expect([away, away, away].map((err) => outage.isSeenIn(err))).toEqual([false, false, true]);
    expect(new Outage().isSeenIn(new DeniedError('the token is not accepted'))).toBe(true);
  });

  test('though rights on a repository are missing, or it is not there', () => {
    const outage = new Outage();
    const own = [
      new DeniedError('no right to read webhooks', { right: 'webhooks' }),
      new InvalidError('spec.repository', 'it is not there', 'Give one that is.'),
    ];
    expect([...own, ...own].map((err) => outage.isSeenIn(err))).toEqual([false, false, false, false]);
  });

  test('and a fault of ours is thrown', () => {
    const bug = new TypeError('x is undefined');
    expect(() => new Outage().isSeenIn(bug)).toThrow(bug);
  });
});
