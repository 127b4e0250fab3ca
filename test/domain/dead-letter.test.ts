import { expect, test } from 'vitest';
import { deadLetterReason } from '../../shared/domain/dead-letter.ts';

const AT = 'http://on-push.cite-system.svc.cluster.local';
const AGAIN = 'it is tried again every 5 minutes';

test.each([
  [
    AT,
    503,
    'GitHub did not answer in time',
    `on-push could not go on: GitHub did not answer in time; ${AGAIN}`,
  ],
  [AT, 422, 'data: is wrong. Mend it.', `on-push could not go on: data: is wrong. Mend it; ${AGAIN}`],
  ['on-push', 502, ' \n', `on-push could not go on: it answered 502; ${AGAIN}`],
  [AT, 0, '', `on-push could not go on: it did not answer; ${AGAIN}`],
])(
  'a dead letter of %s, answered %i %j, says who could not go on, and why',
  (destination, code, message, text) => {
    expect(deadLetterReason({ destination, code, message })).toBe(text);
  },
);
