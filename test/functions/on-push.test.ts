import { describe, expect, it } from 'vitest';
import { decide, type PushFacts } from '../../functions/onPush/decide.ts';
import { aBuild, anApp, aRelease, sha } from '../support/facts.ts';

const HOLD = { by: 'Ada', why: 'till is broken', at: '2026-03-01T12:00:00Z' };

/** The head of the branch, never seen before. */
function facts(change: Partial<PushFacts> = {}): PushFacts {
  return {
    app: anApp(),
    commit: sha('a'),
    message: 'Add a till',
    order: order(),
    build: undefined,
    lastCameToNothing: false,
    retry: false,
    ...change,
  };
}

function order(change: Partial<PushFacts['order']> = {}): PushFacts['order'] {
  return {
    candidate: sha('a'),
    latest: undefined,
    head: sha('a'),
    candidateInHead: true,
    latestInHead: true,
    candidateInLatest: false,
    headInCandidate: false,
    ...change,
  };
}

describe('onPush decides', () => {
  it.each<[string, Partial<PushFacts>, object]>([
    ['to build the head of the branch', {}, { action: 'build', reason: 'building' }],
    [
      'to build under a Hold too, and says that it is held then',
      { app: anApp({ spec: { hold: HOLD } }) },
      { action: 'build', reason: 'building, then held by Ada: till is broken' },
    ],
    [
      'to reuse an image that was built before',
      { build: aBuild({ state: 'succeeded' }) },
      { action: 'reuse', reason: 'built before' },
    ],
    [
      'to join a build that runs',
      { build: aBuild({ state: 'running' }) },
      { action: 'reuse', reason: 'building' },
    ],
    [
      'to reuse a failure: same key, no second build',
      { build: aBuild({ state: 'failed' }) },
      { action: 'reuse', reason: 'built before' },
    ],
    [
      'to build again what failed, when a person retries',
      { build: aBuild({ state: 'failed' }), retry: true },
      { action: 'build', reason: 'building' },
    ],
    [
      'to build again what was cancelled',
      { build: aBuild({ state: 'cancelled' }) },
      { action: 'build', reason: 'building' },
    ],
    [
      'to wait for the image of an external CI',
      { app: anApp({ spec: { image: 'r.test/a/b:{sha}', checks: ['ci/build', 'lint'] } }) },
      { action: 'await image', reason: 'waiting for ci/build, lint' },
    ],
    [
      'to skip a commit that says so',
      { message: 'Typo [skip ci]' },
      { action: 'conclude', verdict: { outcome: 'skipped', why: 'its message says [skip ci]' } },
    ],
    [
      'to skip by a marker in the body, in any case',
      { message: 'Typo\n\n[Skip Deploy]' },
      { action: 'conclude', verdict: { outcome: 'skipped', why: 'its message says [Skip Deploy]' } },
    ],
    [
      'to deploy a marked commit when a person retries it',
      { message: '[skip ci]', retry: true },
      { action: 'build', reason: 'building' },
    ],
    [
      'to skip the commit of the newest release: a branch made anew, a repeated push',
      { app: anApp({ lastRelease: aRelease(3, { commit: sha('a') }) }) },
      { action: 'conclude', verdict: { outcome: 'skipped', why: 'r3 is of this commit' } },
    ],
    [
      'to try the newest commit again when its release failed',
      {
        app: anApp({ lastRelease: aRelease(3, { commit: sha('a') }) }),
        lastCameToNothing: true,
        build: aBuild({ state: 'succeeded' }),
      },
      { action: 'reuse', reason: 'built before' },
    ],
    [
      'to skip when the branch is gone meanwhile',
      { order: order({ head: undefined }) },
      {
        action: 'conclude',
        verdict: { outcome: 'skipped', why: 'branch main is not there; what is live goes on' },
      },
    ],
    [
      'that a commit that was forced away is superseded by the head',
      { order: order({ head: sha('f'), candidateInHead: false }) },
      { action: 'conclude', verdict: { outcome: 'superseded', by: sha('f') } },
    ],
    [
      'that an older push that arrives late is superseded by what was released since',
      { order: order({ head: sha('c'), latest: sha('b'), candidateInLatest: true }) },
      { action: 'conclude', verdict: { outcome: 'superseded', by: sha('b') } },
    ],
    [
      'to build a commit between the newest release and the head',
      { order: order({ head: sha('c'), latest: sha('b') }) },
      { action: 'build', reason: 'building' },
    ],
    [
      'to follow a force-push back to an older commit: head wins',
      { order: order({ latest: sha('b'), latestInHead: false, candidateInLatest: true }) },
      { action: 'build', reason: 'building' },
    ],
  ])('%s', (_title, change, decision) => {
    expect(decide(facts(change))).toEqual(decision);
  });
});
