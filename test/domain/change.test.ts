import { describe, expect, it } from 'vitest';
import {
  advanceChange,
  changeOf,
  concludeChange,
  endedWith,
  openChange,
  type Verdict,
  verdictText,
  wishCancelled,
} from '../../shared/domain/change.ts';
import { aChange, anApp, minutesAfterNoon, NOON, sha } from '../support/facts.ts';

const later = minutesAfterNoon(1);

describe('a new Change', () => {
  const cause = {
    id: 'd1',
    kind: 'push' as const,
    commit: sha('a'),
    title: 'Add a till\n\nlong story',
    author: 'A\u001bda',
  };

  it('is of its App and its cause, in lines that can be shown', () => {
    expect(changeOf(anApp(), cause)).toMatchObject({
      id: 'uid-1/d1',
      app: { namespace: 'acme', name: 'shop', uid: 'uid-1' },
      branch: 'main',
      title: 'Add a till',
      author: 'A da',
    });
  });

  it('names who caused it, and the Change that it does again, where that is known', () => {
    const again = changeOf(anApp(), { ...cause, by: 'a\u001bda', redoes: 'uid-1/d0' });
    expect(again).toMatchObject({ by: 'a da', redoes: 'uid-1/d0' });
    expect(changeOf(anApp(), { ...cause, by: '' })).not.toHaveProperty('by');
  });

  it('may end as soon as it is opened', () => {
    const change = { ...changeOf(anApp(), cause), ...endedWith({ outcome: 'skipped', why: 'it says so' }) };
    expect(openChange(change, NOON)).toMatchObject({ state: 'ended', reason: 'skipped: it says so' });
  });

  it('may wait for its checks from the beginning', () => {
    const change = { ...changeOf(anApp(), cause), state: 'waiting for checks' as const, reason: 'ci' };
    expect(openChange(change, NOON).waitingSince).toBe(NOON.toISOString());
  });
});

describe('a Change', () => {
  it('knows since when it first waited for its checks', () => {
    const waiting = advanceChange(aChange(), { state: 'waiting for checks', reason: 'ci' }, later);
    const held = advanceChange(waiting, { state: 'held', reason: 'Ada' }, minutesAfterNoon(2));
    const again = advanceChange(held, { state: 'waiting for checks', reason: 'ci' }, minutesAfterNoon(3));
    expect(again.waitingSince).toBe(later.toISOString());
  });

  it('keeps the story of its states', () => {
    const started = advanceChange(aChange(), { state: 'starting', reason: 'r7 starts', release: 7 }, later);
    expect(started).toMatchObject({
      state: 'starting',
      reason: 'r7 starts',
      release: 7,
      updatedAt: later.toISOString(),
    });
    expect(started.timeline.map((step) => step.state)).toEqual(['building', 'starting']);
  });

  it('is the same object when nothing differs: a repeated event writes nothing', () => {
    const change = aChange({ release: 7 });
    expect(advanceChange(change, { state: 'building', reason: 'building' }, later)).toBe(change);
  });

  it('keeps its first verdict, and goes on no more', () => {
    const ended = concludeChange(aChange(), { outcome: 'cancelled', by: 'Ada' }, later);
    expect(ended).toMatchObject({ state: 'ended', reason: 'cancelled by Ada' });
    expect(concludeChange(ended, { outcome: 'deployed', release: 1 }, later)).toBe(ended);
    expect(advanceChange(ended, { state: 'starting', reason: '' }, later)).toBe(ended);
  });

  it('that was deployed knows its release', () => {
    expect(concludeChange(aChange(), { outcome: 'deployed', release: 7 }, later).release).toBe(7);
  });

  it('keeps a bounded story', () => {
    let change = aChange();
    for (let i = 0; i < 500; i++)
      change = advanceChange(change, { state: 'starting', reason: `${i} pods` }, later);
    expect(change.timeline).toHaveLength(100);
    expect(change.timeline.at(-1)?.reason).toBe('499 pods');
  });

  it.each<[Verdict, string]>([
    [{ outcome: 'deployed', release: 7 }, 'deployed as r7'],
    [{ outcome: 'superseded', by: 'r8' }, 'superseded by r8'],
    [{ outcome: 'cancelled', by: 'Ada' }, 'cancelled by Ada'],
    [{ outcome: 'skipped', why: 'no App' }, 'skipped: no App'],
    [{ outcome: 'refused', why: 'registry' }, 'refused: registry'],
    [{ outcome: 'failed', why: 'crash' }, 'failed: crash'],
  ])('words the verdict %j', (verdict, text) => {
    expect(verdictText(verdict)).toBe(text);
  });
});

describe('the wish that a Change end', () => {
  it('is written once, and names the last who had it', () => {
    const wished = wishCancelled(aChange(), 'Ada', later);
    expect(wished).toMatchObject({ cancelledBy: 'Ada', updatedAt: later.toISOString() });
    expect(wishCancelled(wished, 'Ada', minutesAfterNoon(2))).toBe(wished);
    expect(wishCancelled(wished, 'Bob', later).cancelledBy).toBe('Bob');
  });

  it('comes too late for one that has its verdict', () => {
    const ended = concludeChange(aChange(), { outcome: 'deployed', release: 1 }, later);
    expect(wishCancelled(ended, 'Ada', later)).toBe(ended);
  });
});
