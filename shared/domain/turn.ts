const TICK_MS = 5 * 60_000;

/** The number of this round of the schedule: by the clock alone, so that no function has to remember whose turn it was. */
export const tickOf = (now: Date): number => Math.floor(now.getTime() / TICK_MS);

/** How many ticks it takes until everybody had a turn. */
export const roundsOf = (count: number, most: number): number => Math.max(1, Math.ceil(count / most));

/** Where in a list those begin, at most so many, whose turn it is: what is stuck at its head hides nobody behind it. */
export const startOfTurn = (count: number, tick: number, most: number): number =>
  (tick % roundsOf(count, most)) * most;

/** Its multiples, without what is before the point, lie evenly between 0 and 1, however many of them there are. */
const GOLDEN_RATIO = 0.618034;

/** The same list, begun elsewhere each time: where the time is over before its end, nobody is always the last. */
export function begunElsewhere<T>(items: readonly T[], time: number): readonly T[] {
  const first = Math.floor(((time * GOLDEN_RATIO) % 1) * items.length);
  return [...items.slice(first), ...items.slice(0, first)];
}
