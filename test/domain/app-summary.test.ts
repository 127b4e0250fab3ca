import { expect, test } from 'vitest';
import { isTold, type SummaryFacts, summaryOf } from '../../shared/domain/app-summary.ts';
import { anApp, aWorkload, deployed, NOON, sha } from '../support/facts.ts';

const hold = { by: 'Ada', at: NOON.toISOString() };
const refused = {
  type: 'Accepted',
  status: 'False',
  reason: 'RefusedOwner',
  message: '',
  lastTransitionTime: NOON.toISOString(),
} as const;

const facts = (change: Partial<SummaryFacts> = {}): SummaryFacts => ({
  app: anApp(),
  live: 3,
  workloads: [deployed(2), deployed(3), deployed(1)],
  ...change,
});

test.each<[string, Partial<SummaryFacts>, object]>([
  [
    'what is live, and the newest standby',
    {},
    { live: 'r3', standby: 'r2', commit: sha('3'), state: 'live' },
  ],
  [
    'no standby that is retired, or never was live',
    { workloads: [deployed(3), deployed(2, { replicas: 0 }), aWorkload(1, { outcome: 'superseded' })] },
    { live: 'r3', standby: '', state: 'live' },
  ],
  ['what is on its way', { workloads: [deployed(3), aWorkload(4)] }, { live: 'r3', state: 'starting r4' }],
  ['no way of what is live, and is proven just now', { workloads: [aWorkload(3)] }, { state: 'live' }],
  ['a Hold', { app: anApp({ spec: { hold } }), workloads: [aWorkload(4)] }, { state: 'held' }],
  [
    'what is in the way of all that',
    { app: anApp({ spec: { hold }, status: { conditions: [refused] } }) },
    { live: 'r3', state: 'refused: RefusedOwner' },
  ],
  [
    'nothing of what is not there',
    { live: undefined, workloads: [] },
    { live: '', standby: '', commit: '', state: 'waiting' },
  ],
  [
    'a selector that names what is gone',
    { live: 9, workloads: [deployed(3)] },
    { live: 'r9', standby: 'r3', commit: '', state: 'waiting' },
  ],
])('an App is summed up: %s', (_what, change, summary) => {
  expect(summaryOf(facts(change))).toMatchObject(summary);
});

test('it is told where the status says each of it', () => {
  const summary = summaryOf(facts());
  const told = (status: object) =>
    isTold({ ...facts(), app: anApp({ status: { conditions: [], ...status } }) }, summary);
  expect(told(summary)).toBe(true);
  for (const key of Object.keys(summary)) expect(told({ ...summary, [key]: 'r9' }), key).toBe(false);
});
