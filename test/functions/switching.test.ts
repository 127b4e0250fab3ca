import { fc, test as property } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { decide, type SwitchDecision, type SwitchFacts } from '../../functions/switchSelector/decide.ts';
import type { Verdict } from '../../shared/domain/change.ts';
import type { Workload } from '../../shared/domain/workload.ts';
import { anApp, aPod, aService, aWorkload, minutesAfterNoon, NOON } from '../support/facts.ts';

/** A decision takes microseconds, and the worlds that matter are rare among all. */
const RUNS = 5000;

/** Any App at all: the histories that led to it do not matter, what is decided in it must hold. */
const outcome = fc.constantFrom<Workload['outcome']>(
  undefined,
  'deployed',
  'failed',
  'superseded',
  'cancelled',
);
const workload = fc.record({
  replicas: fc.nat({ max: 3 }),
  available: fc.nat({ max: 3 }),
  progress: fc.constantFrom<Workload['progress']>('progressing', 'complete', 'deadline exceeded'),
  outcome,
  standby: fc.boolean(),
});
const world = fc
  .record({
    workloads: fc.array(workload, { minLength: 1, maxLength: 3 }),
    live: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    previous: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    hold: fc.option(fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }), { nil: null }),
    crashing: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 1 }),
    ended: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 1 }),
    cancelled: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 1 }),
    asked: fc.boolean(),
    toProve: fc.boolean(),
  })
  .map((w): SwitchFacts => {
    const verdict: Verdict = { outcome: 'cancelled', by: 'Ada' };
    const hold = w.hold === null ? undefined : { by: 'Ada', at: NOON.toISOString(), release: w.hold };
    return {
      service: aService({
        ...(w.live === undefined ? {} : { live: w.live }),
        ...(w.previous === undefined ? {} : { previous: w.previous }),
      }),
      app: anApp({ spec: hold ? { hold } : {} }),
      workloads: w.workloads.map(({ standby, outcome: ended, ...rest }, i) =>
        aWorkload(i + 1, {
          ...rest,
          ...(ended ? { outcome: ended } : {}),
          ...(standby ? { standbySince: NOON } : {}),
        }),
      ),
      pods: w.crashing.map((release) => aPod(release, { reason: 'CrashLoopBackOff', restarts: 3 })),
      verdicts: new Map(w.ended.map((release) => [release, verdict])),
      cancelledBy: new Map(w.cancelled.map((release) => [release, 'Ada'])),
      askedAt: w.asked ? NOON : undefined,
      toProve: w.toProve,
      now: minutesAfterNoon(1),
    };
  });

const find = ({ workloads }: SwitchFacts, release: number) =>
  workloads.find((w) => w.release.number === release);
const switched = (facts: SwitchFacts, decision: SwitchDecision) =>
  decision.action === 'switch' ? find(facts, decision.release) : undefined;

/** What is selected and runs: a selector that names anything else, somebody has edited, and it selects nothing. */
function liveOf(facts: SwitchFacts): number | undefined {
  const { live } = facts.service;
  const workload = live === undefined ? undefined : find(facts, live);
  return workload && (workload.replicas > 0 || workload.outcome === undefined) ? live : undefined;
}

describe('in whatever world, switchSelector', () => {
  property.prop([world], { numRuns: RUNS })(
    'switches only to a Workload with all of at least one wanted pod ready (invariant 1)',
    (facts) => {
      const decision = decide(facts);
      if (decision.action !== 'switch') return;
      const target = switched(facts, decision);
      expect(target && target.replicas > 0 && target.available >= target.replicas).toBe(true);
    },
  );

  property.prop([world], { numRuns: RUNS })(
    'moves back only for a person, after a failed proof, or when nothing is selected (invariant 3)',
    (facts) => {
      const decision = decide(facts);
      const live = liveOf(facts);
      if (decision.action !== 'switch' || live === undefined || decision.release > live) return;
      const wished = facts.app.spec.hold?.release === decision.release;
      const failedProof =
        find(facts, live)?.outcome === 'failed' && facts.service.previous === decision.release;
      expect(wished || failedProof).toBe(true);
    },
  );

  property.prop([world], { numRuns: RUNS })('leaves what a person went back to (invariant 6)', (facts) => {
    const decision = decide(facts);
    const live = liveOf(facts);
    if (live === undefined || facts.app.spec.hold?.release !== live) return;
    expect(decision.action).not.toBe('switch');
    expect(decision.action).not.toBe('start');
  });

  property.prop([world], { numRuns: RUNS })('moves nothing forward under a Hold', (facts) => {
    const decision = decide(facts);
    const { hold } = facts.app.spec;
    const live = liveOf(facts);
    if (decision.action !== 'switch' || !hold || live === undefined || decision.release < live) return;
    const wayBack = find(facts, live)?.outcome === 'failed' && facts.service.previous === decision.release;
    expect(wayBack || decision.release === hold.release).toBe(true);
  });

  property.prop([world], { numRuns: RUNS })('never goes on with what has ended', (facts) => {
    const target = switched(facts, decide(facts));
    if (!target || facts.app.spec.hold?.release === target.release.number) return;
    expect(['failed', 'superseded', 'cancelled']).not.toContain(target.outcome);
    if (target.outcome === undefined) expect(facts.verdicts.has(target.release.number)).toBe(false);
  });

  property.prop([world], { numRuns: RUNS })('says why, whatever it decides', (facts) => {
    expect(decide(facts).reason.length).toBeGreaterThan(0);
  });
});
