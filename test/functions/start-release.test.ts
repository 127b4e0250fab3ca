import { describe, expect, it } from 'vitest';
import { decide, type ReleaseFacts } from '../../functions/startRelease/decide.ts';
import { aChange, anApp, aRelease, NOON, sha } from '../support/facts.ts';

const hold = { by: 'Ada', at: NOON.toISOString() };
const order = {
  candidate: sha('a'),
  latest: sha('1'),
  head: sha('a'),
  candidateInHead: true,
  latestInHead: true,
  candidateInLatest: false,
  headInCandidate: false,
};
const superseded = { ...order, head: sha('c'), latest: sha('b'), candidateInLatest: true };
const last = aRelease(6);

const facts = (change: Partial<ReleaseFacts> = {}): ReleaseFacts => ({
  change: aChange({ id: 'uid-1/d1', state: 'starting' }),
  app: anApp({ lastRelease: last }),
  order,
  image: 'r.test/shop@sha256:1',
  hashes: { specHash: 'hash-2', secretHash: 'secret-2' },
  given: undefined,
  highest: 6,
  now: NOON,
  ...change,
});

const r7 = {
  number: 7,
  change: 'uid-1/d1',
  commit: sha('a'),
  image: 'r.test/shop@sha256:1',
  specHash: 'hash-2',
  secretHash: 'secret-2',
  createdAt: NOON.toISOString(),
};

describe('startRelease decides', () => {
  it.each<[string, Partial<ReleaseFacts>, object]>([
    ['to give the next number', {}, { action: 'start', release: r7 }],
    [
      'that the first release is r1',
      { app: anApp(), highest: 0 },
      { action: 'start', release: { ...r7, number: 1 } },
    ],
    [
      'to count on after what an earlier App of the name left running',
      { app: anApp(), highest: 6 },
      { action: 'start', release: r7 },
    ],
    [
      'to keep the redeploy that it answers',
      { app: anApp({ lastRelease: last, spec: { redeploy: { id: 'x', by: 'Ada' } } }) },
      { action: 'start', release: { ...r7, redeploy: 'x' } },
    ],
    [
      'to give the same number again, with what is wanted now, while its workload is not there',
      { app: anApp({ lastRelease: aRelease(7, { change: 'uid-1/d1', specHash: 'hash-1' }) }) },
      { action: 'start', release: r7 },
    ],
    [
      'to find the release that it was given, whatever has changed since',
      { given: r7, app: anApp({ lastRelease: aRelease(9), spec: { hold } }), order: superseded },
      { action: 'start', release: r7 },
    ],
    ['to hold under a Hold', { app: anApp({ spec: { hold } }) }, { action: 'hold', reason: 'held by Ada' }],
    [
      'that an older commit is superseded',
      { order: superseded },
      { action: 'conclude', verdict: { outcome: 'superseded', by: sha('b') } },
    ],
    [
      'that a configuration of what is no longer the newest commit is superseded',
      { change: aChange({ id: 'uid-1/d1', kind: 'config', state: 'starting', commit: sha('f') }) },
      { action: 'conclude', verdict: { outcome: 'superseded', by: 'r6' } },
    ],
    [
      'to give a configuration of the newest commit its number',
      { change: aChange({ id: 'uid-1/d1', kind: 'config', state: 'starting', commit: last.commit }) },
      { action: 'start', release: { ...r7, commit: last.commit } },
    ],
    [
      'that a Change of a deleted App is cancelled',
      { app: undefined },
      { action: 'conclude', verdict: { outcome: 'cancelled', by: 'the deletion of its App' } },
    ],
    [
      'that there is no release without an image',
      { image: undefined },
      {
        action: 'conclude',
        verdict: { outcome: 'failed', why: 'its image is not there any more: retry it' },
      },
    ],
    [
      'that a missing Secret is named',
      { app: anApp({ spec: { secret: 'db' } }), hashes: undefined },
      {
        action: 'conclude',
        verdict: { outcome: 'failed', why: 'Secret db is not in the namespace: create it, then retry' },
      },
    ],
    [
      'nothing for one that waits for its checks, whoever asks',
      { change: aChange({ id: 'uid-1/d1', state: 'waiting for checks' }) },
      { action: 'nothing', reason: 'it may not have its release yet: waiting for checks' },
    ],
    [
      'nothing for one with its verdict',
      { change: aChange({ verdict: { outcome: 'skipped', why: '' } }) },
      { action: 'nothing', reason: 'it has its verdict' },
    ],
  ])('%s', (_title, change, decision) => {
    expect(decide(facts(change))).toEqual(decision);
  });
});
