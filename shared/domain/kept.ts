const DAY = 86_400_000;

/**
 * How long the store keeps each record, in milliseconds: long enough to explain it, short enough to stay small.
 * A Delivery counts from its receipt, a Change from its verdict (an open one is kept), a dead letter from its `at`, a
 * Build and a log from their last write.
 */
export const kept = {
  delivery: 7 * DAY,
  change: 90 * DAY,
  build: 30 * DAY,
  log: 30 * DAY,
  deadLetter: 30 * DAY,
} as const;
