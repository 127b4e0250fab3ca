import { describe, expect, it } from 'vitest';
import { commitStatus, deploymentReport, inactiveReport } from '../../functions/notify/decide.ts';
import type { Change, Verdict } from '../../shared/domain/change.ts';
import { aChange, sha } from '../support/facts.ts';

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
      targetUrl: 'https://cite.test/api/changes/uid-1%2Fpush-1',
    });
  });

  it.each<[Partial<Change>, string]>([
    [{ release: 7 }, 'in_progress'],
    [{ release: 7, verdict: { outcome: 'deployed', release: 7 } }, 'success'],
    [{ release: 7, verdict: { outcome: 'failed', why: 'x' } }, 'failure'],
    [{ release: 7, verdict: { outcome: 'superseded', by: 'r8' } }, 'inactive'],
    [{ release: 7, verdict: { outcome: 'cancelled', by: 'Ada' } }, 'inactive'],
  ])('the Change %j as the deployment state %s', (change, state) => {
    expect(deploymentReport(aChange(change), URL)).toMatchObject({
      task: 'acme/shop/r7',
      commit: sha('a'),
      environment: 'acme/shop',
      state,
    });
  });

  it('nothing of a deployment that has no release yet', () => {
    expect(deploymentReport(aChange(), URL)).toBeUndefined();
  });

  it('that the release before is inactive, unless it is the same one', () => {
    expect(inactiveReport(aChange({ release: 6 }), 7)).toMatchObject({
      task: 'acme/shop/r6',
      state: 'inactive',
    });
    expect(inactiveReport(aChange({ release: 7 }), 7)).toBeUndefined();
    expect(inactiveReport(aChange(), 7)).toBeUndefined();
  });
});
