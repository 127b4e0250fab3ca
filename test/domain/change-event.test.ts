import { describe, expect, test } from 'vitest';
import { advanceChange, concludeChange, openChange, TIMELINE_STEPS } from '../../shared/domain/change.ts';
import { eventsOf, placeAfter } from '../../shared/domain/change-event.ts';

const at = new Date('2026-01-31T12:00:00Z');
const opened = openChange(
  {
    id: 'c',
    app: { namespace: 'acme', name: 'shop', uid: 'u' },
    repository: 'acme/shop',
    branch: 'main',
    kind: 'push',
    commit: 'a'.repeat(40),
    title: 'Add a till',
    author: 'Ann',
    state: 'building',
    reason: 'its build runs',
  },
  at,
);

describe('what a write of a Change is told as', () => {
  const reasons = (...given: Parameters<typeof eventsOf>) => eventsOf(...given).map(({ reason }) => reason);
  const next = (change: typeof opened, reason: string) =>
    advanceChange(change, { state: 'starting', reason }, at);

  test('is the steps that it adds', () => {
    expect(reasons(opened)).toEqual(['its build runs']);
    expect(reasons(next(next(opened, 'one'), 'two'), opened)).toEqual(['one', 'two']);
    expect(reasons({ ...opened, cancelledBy: 'ann' }, opened)).toEqual([]);
  });

  test('is the newest step of a timeline that is full', () => {
    const full = Array.from({ length: TIMELINE_STEPS }).reduce<typeof opened>(
      (change, _, i) => next(change, `step ${i}`),
      opened,
    );
    expect(reasons(next(full, 'one more'), full)).toEqual(['one more']);
  });

  test('is nothing where it is no addition: no store takes it', () => {
    expect(reasons(opened, next(opened, 'one'))).toEqual([]);
  });

  test('has its verdict without what a pod or a build said', () => {
    const failed = { outcome: 'failed', why: 'its build', detail: 'npm ERR!' } as const;
    const ended = concludeChange({ ...opened, by: 'ann', release: 3 }, failed, at);
    const [first, last] = eventsOf(ended);
    expect(first).not.toHaveProperty('verdict');
    expect(last).toMatchObject({
      by: 'ann',
      release: 3,
      verdict: { outcome: 'failed', text: 'failed: its build' },
    });
    expect(JSON.stringify(last)).not.toContain('npm');
  });
});

test('a place is that of its time, or behind the one before it', () => {
  expect([placeAfter(0, 5), placeAfter(5, 5), placeAfter(9, 5)]).toEqual([5, 6, 10]);
});
