import { describe, expect, it } from 'vitest';
import { decideEndedJobs } from '../../functions/gcSweep/decide-ended-jobs.ts';
import { buildLogId, lastLines } from '../../shared/domain/log.ts';
import { minutesAfterNoon, NOON } from '../support/facts.ts';

describe('the sweep of Jobs', () => {
  it('takes those that ended hours ago, and no other', () => {
    const jobs = [
      { key: 'old', phase: 'succeeded' as const, startedAt: NOON },
      { key: 'new', phase: 'failed' as const, startedAt: minutesAfterNoon(60) },
      { key: 'hung', phase: 'running' as const, startedAt: NOON },
    ];
    expect(decideEndedJobs(jobs, minutesAfterNoon(200)).map((job) => job.key)).toEqual(['old']);
  });
});

describe('a log', () => {
  it('is kept under its build, and shown by its end', () => {
    expect(buildLogId('k')).toBe('build/k');
    expect(lastLines('one\ntwo\nthree\n', 2)).toBe('two\nthree');
  });
});
