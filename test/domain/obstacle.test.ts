import { expect, test } from 'vitest';
import type { Condition } from '../../shared/domain/app.ts';
import type { Hold } from '../../shared/domain/app-spec.ts';
import { stateBeside } from '../../shared/domain/obstacle.ts';

const condition = (type: Condition['type'], status: Condition['status'], reason: string): Condition => ({
  type,
  status,
  reason,
  message: '',
  lastTransitionTime: '2026-03-01T12:00:00.000Z',
});
const refused = condition('Accepted', 'False', 'RefusedOwner');
const accepted = condition('Accepted', 'True', 'Accepted');
const foreign = condition('ServiceReady', 'False', 'ForeignService');
const unconnected = condition('SourceConnected', 'False', 'NotConnected');

const hold = { by: 'Ada', why: '', at: '2026-03-01T12:00:00.000Z' };

test.each<[string, readonly Condition[], { state?: string; live?: string; hold?: Hold }, string | undefined]>(
  [
    ['a refused App is, whatever it was', [refused, foreign], { state: 'live' }, 'refused: RefusedOwner'],
    ['one whose name is taken is blocked', [accepted, foreign], {}, 'blocked: ForeignService'],
    ['one that may be deployed again waits', [accepted], { state: 'refused: RefusedOwner' }, 'waiting'],
    ['or is live, as it was', [accepted], { state: 'blocked: ForeignService', live: 'r3' }, 'live'],
    [
      'or is held, whatever it runs',
      [accepted],
      { state: 'refused: RefusedOwner', live: 'r3', hold },
      'held',
    ],
    [
      'a webhook that is missing stops nobody',
      [accepted, unconnected],
      { state: 'starting r2' },
      'starting r2',
    ],
    ['a new one has none yet', [accepted], {}, undefined],
  ],
)('of the states of an App: %s', (_title, conditions, { hold, ...status }, expected) => {
  expect(stateBeside({ ...status, conditions }, hold)).toBe(expected);
});
