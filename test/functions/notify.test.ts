import { describe, expect, it } from 'vitest';
import { appEvent, commitStatus, deploymentReports, isPastTelling } from '../../functions/notify/decide.ts';
import type { Change, Verdict } from '../../shared/domain/change.ts';
import { aChange, minutesAfterNoon, NOON, sha } from '../support/facts.ts';

const URL = 'https://cite.test';

describe('notify words', () => {
  it.each<[Verdict | undefined, string]>([
    [undefined, 'pending'],
    [{ outcome: 'deployed', release: 7 }, 'success'],
    [{ outcome: 'superseded', by: 'r8' }, 'success'],
    [{ outcome: 'skipped', why: 'x' }, 'success'],
    [{ outcome: 'failed', why: 'x' }, 'failure'],
    [{ outcome: 'refused', why: 'x' }, 'failure'],
    [{ outcome: 'cancelled', by: 'Ada' }, 'error'],
  ])('the verdict %j as the commit status %s, one context per App, with a link', (verdict, state) => {
    const change = { ...aChange({ reason: 'so it is' }), ...(verdict ? { verdict } : {}) };
    expect(commitStatus(change, URL)).toEqual({
      context: 'cite/acme/shop',
      state,
      description: 'so it is',
      targetUrl: 'https://cite.test/changes/uid-1%2Fpush-1',
    });
  });

  it.each<[Verdict, string, string, string]>([
    [{ outcome: 'deployed', release: 7 }, 'Normal', 'Deployed', 'deployed as r7'],
    [{ outcome: 'superseded', by: 'r8' }, 'Normal', 'Superseded', 'superseded by r8'],
    [{ outcome: 'skipped', why: 'x' }, 'Normal', 'Skipped', 'skipped: x'],
    [{ outcome: 'cancelled', by: 'Ada' }, 'Normal', 'Cancelled', 'cancelled by Ada'],
    [{ outcome: 'refused', why: 'x' }, 'Warning', 'Refused', 'refused: x'],
    [{ outcome: 'failed', why: 'x', detail: 'its log' }, 'Warning', 'Failed', 'failed: x'],
  ])('the verdict %j as the Event %s %s, one per Change', (verdict, type, reason, text) => {
    const message = `push of ${'a'.repeat(7)} ${text}`;
    const event = { id: 'uid-1/push-1', type, reason, message, at: NOON };
    expect(appEvent(aChange({ verdict }))).toEqual(event);
  });

  it('a rollback as one to its commit', () => {
    const verdict = { outcome: 'deployed', release: 3 } as const;
    expect(appEvent(aChange({ kind: 'rollback', verdict }))?.message).toMatch(/^rollback to aaaaaaa /);
  });

  it('no Event of what has no verdict yet', () => {
    expect(appEvent(aChange({ state: 'starting', release: 7 }))).toBeUndefined();
  });

  it.each<[Partial<Change>, string]>([
    [{ release: 7 }, 'in_progress'],
    [{ release: 7, verdict: { outcome: 'deployed', release: 7 } }, 'success'],
    [{ release: 7, verdict: { outcome: 'failed', why: 'x' } }, 'failure'],
    [{ release: 7, verdict: { outcome: 'superseded', by: 'r8' } }, 'inactive'],
    [{ release: 7, verdict: { outcome: 'cancelled', by: 'Ada' } }, 'inactive'],
  ])('the Change %j as the deployment state %s', (change, state) => {
    const reports = deploymentReports(aChange(change), [aChange(change)], URL);
    expect(reports).toMatchObject([
      { task: 'acme/shop/r7', commit: sha('a'), environment: 'acme/shop', state },
    ]);
  });

  it('nothing of a deployment that has no release yet', () => {
    expect(deploymentReports(aChange(), [], URL)).toEqual([]);
  });

  it.each<[string, Partial<Change>, number, boolean]>([
    ['of what ended more than a day ago', { verdict: { outcome: 'failed', why: 'x' } }, 25, true],
    ['not of what ended today', { verdict: { outcome: 'failed', why: 'x' } }, 23, false],
    ['not of what is under way, however long', {}, 25, false],
  ])('to a code host that denies it, no more %s', (_title, change, hours, given) => {
    expect(isPastTelling(aChange(change), minutesAfterNoon(hours * 60))).toBe(given);
  });

  describe('of what went live', () => {
    const live = (id: string, release: number): Change =>
      aChange({ id, release, verdict: { outcome: 'deployed', release } });
    const told = (change: Change, deployed: readonly Change[]) =>
      deploymentReports(change, deployed, URL).map(({ task, state }) => `${task} ${state}`);
    const [r6, r7, back] = [live('a', 6), live('b', 7), live('c', 6)];

    it('that it is, and that the one before is no longer', () => {
      expect(told(r7, [r7, r6])).toEqual(['acme/shop/r7 success', 'acme/shop/r6 inactive']);
      expect(told(back, [back, r7, r6])).toEqual(['acme/shop/r6 success', 'acme/shop/r7 inactive']);
    });

    it('late, that it was, and that it is no longer', () => {
      expect(told(r7, [back, r7, r6])).toEqual(['acme/shop/r7 success', 'acme/shop/r7 inactive']);
      expect(told(r6, [back, r7, r6])).toEqual(['acme/shop/r6 success']);
    });
  });
});
