const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * How long the store keeps each record, in milliseconds: long enough to explain it, short enough to stay small.
 * A Delivery counts from its receipt, a Change from its verdict (an open one is kept), its events from their place, a dead
 * letter, what a person did, the check of a standby and an answer from their `at`, a Build, a log and a notice from their last
 * write: a notice that is still to be told is kept. A standby is checked every five minutes: what is an hour old says nothing any
 * more; nor does what GitHub let a person do (while it cannot be asked, that counts).
 */
export const kept = {
  delivery: 7 * DAY,
  change: 90 * DAY,
  changeEvent: 7 * DAY,
  build: 30 * DAY,
  log: 30 * DAY,
  deadLetter: 30 * DAY,
  audit: 90 * DAY,
  standbyCheck: HOUR,
  rights: HOUR,
  answer: DAY,
  notice: 7 * DAY,
} as const;
