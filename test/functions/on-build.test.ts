import { describe, expect, it } from 'vitest';
import { buildingReason, decide } from '../../functions/onBuild/decide.ts';
import type { BuildJob } from '../../shared/ports/cluster.ts';
import { aBuild, aChange, minutesAfterNoon, NOON } from '../support/facts.ts';

const job = (change: Partial<BuildJob> = {}): BuildJob => ({
  key: 'b'.repeat(32),
  phase: 'running',
  startedAt: NOON,
  ...change,
});
const now = minutesAfterNoon(1);
const finishedAt = now.toISOString();

describe('onBuild decides', () => {
  it('that nobody asked for a job without a record', () => {
    expect(decide(undefined, job({ phase: 'succeeded' }), '', true, now)).toMatchObject({
      action: 'nothing',
    });
  });

  it('that a running job has no result yet', () => {
    expect(decide(aBuild(), job(), '', true, now)).toEqual({ action: 'nothing', reason: 'it runs' });
  });

  it('to abandon a running job that no Change awaits any longer', () => {
    expect(decide(aBuild(), job(), '', false, now)).toEqual({ action: 'abandon' });
  });

  it('to record the image of a job that succeeded', () => {
    const image = 'local/acme/shop@sha256:1';
    const build = { ...aBuild(), state: 'succeeded', image, finishedAt };
    expect(decide(aBuild(), job({ phase: 'succeeded', image }), 'log', true, now)).toEqual({
      action: 'record',
      build,
    });
  });

  it('that a job which names no image has failed', () => {
    expect(decide(aBuild(), job({ phase: 'succeeded' }), '', true, now)).toMatchObject({
      action: 'record',
      build: { state: 'failed', reason: 'the builder did not tell which image it made' },
    });
  });

  it("to keep a failed job's reason and the last 20 lines of its log", () => {
    const log = `${Array.from({ length: 30 }, (_, i) => `line ${i}`).join('\n')}\n`;
    const decision = decide(aBuild(), job({ phase: 'failed', reason: 'npm ci failed' }), log, true, now);
    const detail = Array.from({ length: 20 }, (_, i) => `line ${i + 10}`).join('\n');
    expect(decision).toEqual({
      action: 'record',
      build: { ...aBuild(), state: 'failed', reason: 'npm ci failed', detail, finishedAt },
    });
  });

  it('that a build whose Job is gone runs no longer, unless somebody waits: then it is made anew', () => {
    expect(decide(aBuild(), undefined, '', true, now)).toMatchObject({ action: 'nothing' });
    expect(decide(aBuild(), undefined, '', false, now)).toEqual({
      action: 'record',
      build: { ...aBuild(), state: 'cancelled', finishedAt },
    });
  });

  it.each(['succeeded', 'failed', 'cancelled'] as const)(
    'to announce again a build that has %s: a Change may wait',
    (state) => {
      expect(decide(aBuild({ state }), job({ phase: 'failed' }), '', true, now)).toEqual({
        action: 'announce',
      });
    },
  );
});

describe('a Change says of its build', () => {
  const [held, stuck] = ['building, then held by Ada', 'building: no node takes its pod: 1 Insufficient cpu'];

  it.each<[string, string, string | undefined, string]>([
    ['why it is not under way', held, 'no node takes its pod: 1 Insufficient cpu', stuck],
    ['the same while it stays so', stuck, 'no node takes its pod: 1 Insufficient cpu', stuck],
    ['that it is, after it was not', stuck, undefined, 'building'],
    ['what it said, while nothing is in its way', held, undefined, held],
  ])('%s', (_title, reason, waiting, expected) => {
    const running = job(waiting === undefined ? {} : { waiting });
    expect(buildingReason(aChange({ reason }), running)).toBe(expected);
  });
});
