import { describe, expect, test } from 'vitest';
import { type Filter, passes } from '../../scripts/local/broker/filter.ts';

const event = { type: 'dev.cite.build.finished', source: '/cite/onBuild', kind: 'Job', empty: '' };

describe('a Trigger filter', () => {
  test.each<[string, Filter[], boolean]>([
    ['no filter passes everything', [], true],
    ['exact takes the very value', [{ exact: { kind: 'Job' } }], true],
    ['exact refuses a longer value', [{ exact: { kind: 'Jo' } }], false],
    ['exact is case-sensitive', [{ exact: { kind: 'job' } }], false],
    ['exact with two attributes needs both', [{ exact: { kind: 'Job', type: 'x' } }], false],
    ['prefix takes a beginning', [{ prefix: { type: 'dev.cite.' } }], true],
    ['prefix refuses what is further inside', [{ prefix: { type: 'cite.' } }], false],
    ['suffix takes an end', [{ suffix: { source: '/onBuild' } }], true],
    ['suffix refuses what is further inside', [{ suffix: { source: '/cite' } }], false],
    ['an attribute that is not there matches no exact', [{ exact: { subject: 'a' } }], false],
    ['an attribute that is not there matches no prefix', [{ prefix: { subject: 'a' } }], false],
    ['an attribute that is not there passes a not', [{ not: { exact: { subject: 'a' } } }], true],
    ['an attribute of every object is not there', [{ prefix: { constructor: 'f' } }], false],
    ['all needs each', [{ all: [{ exact: { kind: 'Job' } }, { exact: { type: 'x' } }] }], false],
    ['any needs one', [{ any: [{ exact: { kind: 'Job' } }, { exact: { type: 'x' } }] }], true],
    ['any needs at least one', [{ any: [{ exact: { kind: 'Pod' } }, { exact: { type: 'x' } }] }], false],
    ['not turns its filter round', [{ not: { exact: { kind: 'Job' } } }], false],
    ['filters are all of them needed', [{ exact: { kind: 'Job' } }, { exact: { type: 'x' } }], false],
    [
      'they nest',
      [
        {
          all: [
            { any: [{ exact: { kind: 'Pod' } }, { exact: { kind: 'Job' } }] },
            { not: { prefix: { type: 'com.' } } },
          ],
        },
      ],
      true,
    ],
  ])('%s', (_name, filters, expected) => {
    expect(passes(filters, event)).toBe(expected);
  });
});
