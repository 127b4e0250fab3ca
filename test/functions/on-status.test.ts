import { describe, expect, it } from 'vitest';
import { decide, type StatusFacts } from '../../functions/onStatus/decide.ts';
import type { CommitStatus } from '../../shared/ports/code-host.ts';
import { aBuild, aChange, anApp, minutesAfterNoon, NOON } from '../support/facts.ts';

const built = aBuild({ state: 'succeeded', image: 'r.test/a@sha256:1' });
const hold = { by: 'Ada', why: 'sale', at: NOON.toISOString() };
const checked = anApp({ spec: { checks: ['ci', 'lint'], checksTimeoutSeconds: 600 } });
const external = anApp({ spec: { image: 'r.test/a/b:{sha}', checks: ['ci'] } });
const noBuild = {
  ...aChange({ state: 'waiting for checks' }),
  build: undefined,
} as unknown as StatusFacts['change'];
const check = (context: string, state: CommitStatus['state']): CommitStatus => ({
  context,
  state,
  description: '',
});

const facts = (change: Partial<StatusFacts> = {}): StatusFacts => ({
  change: aChange(),
  app: anApp(),
  build: built,
  statuses: [],
  image: undefined,
  now: minutesAfterNoon(1),
  ...change,
});

describe('onStatus decides', () => {
  it.each<[string, Partial<StatusFacts>, object]>([
    ['to release what is built', {}, { action: 'release', reason: 'it may have its release' }],
    [
      'nothing while the build runs',
      { build: aBuild() },
      { action: 'nothing', reason: 'its build is not done' },
    ],
    [
      'nothing while the build is not even recorded',
      { build: undefined },
      { action: 'nothing', reason: 'its build is not done' },
    ],
    [
      "that a failed build fails the Change, with the log's end",
      { build: aBuild({ state: 'failed', reason: 'npm ci failed', detail: 'ENOENT' }) },
      {
        action: 'conclude',
        verdict: { outcome: 'failed', why: 'the build failed: npm ci failed', detail: 'ENOENT' },
      },
    ],
    [
      'that a build which failed without a word fails the Change all the same',
      { build: aBuild({ state: 'failed' }) },
      {
        action: 'conclude',
        verdict: { outcome: 'failed', why: 'the build failed: no reason was told' },
      },
    ],
    [
      'to wait for onPush where another App had the build cancelled',
      { build: aBuild({ state: 'cancelled' }) },
      { action: 'nothing', reason: 'its build was cancelled for another App: onPush makes it anew' },
    ],
    [
      'that a Change of a deleted App is cancelled',
      { app: undefined },
      { action: 'conclude', verdict: { outcome: 'cancelled', by: 'the deletion of its App' } },
    ],
    [
      'nothing for one with its verdict',
      { change: aChange({ verdict: { outcome: 'deployed', release: 1 } }) },
      { action: 'nothing', reason: 'it has its verdict' },
    ],
    [
      'nothing for a rollback',
      { change: aChange({ kind: 'rollback' }) },
      { action: 'nothing', reason: 'a rollback waits for nothing' },
    ],
    [
      'nothing for one that is selected',
      { change: aChange({ state: 'switching' }) },
      { action: 'nothing', reason: 'it is selected' },
    ],
    [
      'to wait for the checks that are not green',
      { app: checked, statuses: [check('ci', 'success'), check('lint', 'pending')] },
      { action: 'wait', state: 'waiting for checks', reason: 'waiting for lint' },
    ],
    [
      'to release when all named checks are green',
      { app: checked, statuses: [check('ci', 'success'), check('lint', 'success')] },
      { action: 'release', reason: 'it may have its release' },
    ],
    [
      'that a red check fails the Change',
      { app: checked, statuses: [check('ci', 'failure')] },
      { action: 'conclude', verdict: { outcome: 'failed', why: 'check ci is not green: failure' } },
    ],
    [
      'that checks have a deadline, from when they were first waited for',
      {
        app: checked,
        change: aChange({ waitingSince: NOON.toISOString() }),
        now: minutesAfterNoon(10),
      },
      { action: 'conclude', verdict: { outcome: 'failed', why: 'ci, lint did not come in 600 s' } },
    ],
    [
      'to wait for the image when its check is green before the registry has it',
      { app: external, change: noBuild, statuses: [check('ci', 'success')] },
      { action: 'wait', state: 'waiting for checks', reason: 'waiting for its image in the registry' },
    ],
    [
      'to release an image that the check vouches for',
      { app: external, change: noBuild, statuses: [check('ci', 'success')], image: 'r.test/a/b@sha256:1' },
      { action: 'release', reason: 'it may have its release' },
    ],
    [
      'not to release an image without its check, even if it is there',
      { app: external, change: noBuild, image: 'r.test/a/b@sha256:1' },
      { action: 'wait', state: 'waiting for checks', reason: 'waiting for ci' },
    ],
    [
      'to hold what is built under a Hold',
      { app: anApp({ spec: { hold } }) },
      { action: 'wait', state: 'held', reason: 'held by Ada: sale' },
    ],
    [
      'to release a held Change when the Hold is lifted',
      { change: aChange({ state: 'held' }) },
      { action: 'release', reason: 'it may have its release' },
    ],
    [
      'to resume one that was held while its pods started',
      { change: aChange({ state: 'held', release: 7 }) },
      { action: 'resume', reason: 'r7 goes on' },
    ],
    [
      'to ask no check of a change of configuration',
      { app: checked, change: aChange({ kind: 'config', state: 'held' }) },
      { action: 'release', reason: 'it may have its release' },
    ],
  ])('%s', (_title, change, decision) => {
    expect(decide(facts(change))).toEqual(decision);
  });
});
