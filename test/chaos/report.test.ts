import { describe, expect, test } from 'vitest';
import { releaseOf } from '../../scripts/chaos/app.ts';
import { droppedOf, report } from '../../scripts/chaos/report.ts';
import type { Outcome, Struck } from '../../scripts/chaos/run.ts';
import { scenarios } from '../../scripts/chaos/scenarios.ts';
import type { Failure } from '../../scripts/chaos/visits.ts';

const WEB = 'web.acme.localhost';
const SLOW = 'slow.acme.localhost';

const struck = (name: RegExp): Struck => {
  const scenario = scenarios.find((one) => name.test(one.name));
  if (!scenario) throw new Error(`no scenario ${name}`);
  return { scenario, app: 'web', authority: WEB, hit: 'web-r1-abc', from: 1000, to: 2000 };
};
const failed = (at: number, ms: number, authority = WEB): Failure => ({
  kind: 'long',
  authority,
  at,
  ms,
  error: 'ECONNRESET',
});
const outcome = (strikes: readonly Struck[], ...failures: readonly Failure[]): Outcome => ({
  plan: {
    seed: 1,
    switches: 1,
    requests: 1,
    minutes: 1,
    perSecond: 1,
    strikeEveryMs: 1,
    slowStartMs: 1,
  },
  began: new Date(0),
  ended: new Date(60_000),
  switches: [{ kind: 'push', app: 'web', before: 1, after: 2, from: 900, to: 1100 }],
  strikes,
  seen: {
    visits: [{ kind: 'long', authority: WEB, count: 9, releases: { 1: 8 }, p50Ms: 1, p99Ms: 2, mostMs: 3 }],
    failures,
  },
});

describe('what a failed visit counts as', () => {
  const live = struck(/live pods/);
  const platform = struck(/whole platform/);
  const fn = struck(/function/);
  test.each([
    ['dropped where nothing struck', [], failed(1500, 10), 1],
    ['dropped where a function was killed', [fn], failed(1500, 10), 1],
    ['apart where a live pod of its App was killed', [live], failed(1500, 10), 0],
    ['apart where it was under way as that happened', [live], failed(10, 1000), 0],
    ['dropped where it had ended before', [live], failed(10, 900), 1],
    ['dropped where it came after', [live], failed(2001, 1), 1],
    ["dropped where another App's pod was killed", [live], failed(1500, 10, SLOW), 1],
    ['apart for every App where the platform was killed', [platform], failed(1500, 10, SLOW), 0],
  ])('%s', (_, strikes, failure, dropped) => {
    expect(droppedOf(outcome(strikes, failure))).toHaveLength(dropped);
  });
});

test('the report counts both, and names the switch under which a visit was dropped', () => {
  const text = report(outcome([struck(/live pods/)], failed(1050, 10), failed(500, 450)), {
    title: 'Chaos',
    command: 'npm run chaos',
    platform: 'machine',
  });
  expect(text).toContain('**9 visits, 1 switches, 1 strikes: 1 dropped.** Apart: 1 ');
  expect(text).toContain(`| ${WEB} | long | 450 | \`ECONNRESET\` | push r1 → r2 |`);
  expect(text).toContain('*the API server is killed* (its cluster is records in a file (SQLite))');
});

test.each([
  ['r12', 12],
  ['r12 begins, r12 ends', 12],
  ['r12 begins, ', undefined],
  ['r12 begins, r13 ends', undefined],
  ['upstream connect error', undefined],
])('the answer %j is of release %s', (body, release) => {
  expect(releaseOf(body)).toBe(release);
});
