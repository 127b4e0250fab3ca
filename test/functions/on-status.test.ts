import { describe, expect, it } from 'vitest';
import { asksForChecks, decide, type StatusFacts } from '../../functions/onStatus/decide.ts';
import type { App } from '../../shared/domain/app.ts';
import type { Change } from '../../shared/domain/change.ts';
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

const of = (...statuses: CommitStatus[]) => ({ statuses, image: undefined });

const facts = (change: Partial<StatusFacts> = {}): StatusFacts => ({
  change: aChange(),
  app: anApp(),
  build: built,
  checks: undefined,
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
      { app: checked, checks: of(check('ci', 'success'), check('lint', 'pending')) },
      { action: 'wait', state: 'waiting for checks', reason: 'waiting for lint' },
    ],
    [
      'to release when all named checks are green',
      { app: checked, checks: of(check('ci', 'success'), check('lint', 'success')) },
      { action: 'release', reason: 'it may have its release' },
    ],
    [
      'that a red check fails the Change',
      { app: checked, checks: of(check('ci', 'failure')) },
      { action: 'conclude', verdict: { outcome: 'failed', why: 'check ci is not green: failure' } },
    ],
    [
      'that checks have a deadline, from when they were first waited for',
      {
        app: checked,
        checks: of(),
        change: aChange({ waitingSince: NOON.toISOString() }),
        now: minutesAfterNoon(10),
      },
      { action: 'conclude', verdict: { outcome: 'failed', why: 'ci, lint did not come in 600 s' } },
    ],
    [
      'to wait for the image when its check is green before the registry has it',
      { app: external, change: noBuild, checks: of(check('ci', 'success')) },
      { action: 'wait', state: 'waiting for checks', reason: 'waiting for its image in the registry' },
    ],
    [
      'to release an image that the check vouches for',
      {
        app: external,
        change: noBuild,
        checks: { ...of(check('ci', 'success')), image: 'r.test/a/b@sha256:1' },
      },
      { action: 'release', reason: 'it may have its release' },
    ],
    [
      'not to release an image without its check, even if it is there',
      { app: external, change: noBuild, checks: { ...of(), image: 'r.test/a/b@sha256:1' } },
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
      'that a red check fails what is held',
      {
        app: anApp({ spec: { hold, checks: ['ci'] } }),
        change: aChange({ state: 'held' }),
        checks: of(check('ci', 'error')),
      },
      { action: 'conclude', verdict: { outcome: 'failed', why: 'check ci is not green: error' } },
    ],
    [
      'that what is held stays so while nobody asks for its checks',
      { app: anApp({ spec: { hold, checks: ['ci'] } }), change: aChange({ state: 'held' }) },
      { action: 'wait', state: 'held', reason: 'held by Ada: sale' },
    ],
  ])('%s', (_title, change, decision) => {
    expect(decide(facts(change))).toEqual(decision);
  });

  const holds = anApp({ spec: { hold, checks: ['ci'] } });
  it.each<[string, Partial<Change>, App, boolean, boolean]>([
    ['asked for of a push', {}, checked, true, true],
    ['not asked for of a change of configuration', { kind: 'config' }, checked, false, false],
    ['not asked for of what has its release', { release: 7 }, checked, false, false],
    [
      'not asked for of what has its verdict',
      { verdict: { outcome: 'skipped', why: 'x' } },
      checked,
      false,
      false,
    ],
    ['not asked for in each round of what is held', { state: 'held' }, holds, true, false],
    ['asked for when one tells of what is held', { state: 'held' }, holds, false, true],
    [
      'asked for in each round of what waits for them under a Hold',
      { state: 'waiting for checks' },
      holds,
      true,
      true,
    ],
    [
      'asked for in a round of what was held, once the Hold is lifted',
      { state: 'held' },
      checked,
      true,
      true,
    ],
  ])('checks are %s', (_title, change, app, isRound, asks) => {
    expect(asksForChecks(aChange(change), app, isRound)).toBe(asks);
  });
});
