import { describe, expect, it } from 'vitest';
import { advanceChange, concludeChange, type Verdict, verdictText } from '../../shared/domain/change.ts';
import { aChange, minutesAfterNoon } from '../support/facts.ts';

const later = minutesAfterNoon(1);

describe('a Change', () => {
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
