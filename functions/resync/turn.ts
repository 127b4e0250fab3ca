/**
 * Apps that one tick looks at on the code host: with 12 ticks an hour and three questions each this stays under 2,000
 * of the 5,000 requests an hour that GitHub gives (knative.md §4), however many Apps there are.
 */
export const APPS_PER_TICK = 50;

const TICK_MS = 5 * 60_000;

/** The Apps whose turn it is, all of them in turn: by the clock alone, so that no function has to remember it. */
export function turnOf<T>(apps: readonly T[], now: Date): readonly T[] {
  const rounds = Math.max(1, Math.ceil(apps.length / APPS_PER_TICK));
  const round = Math.floor(now.getTime() / TICK_MS) % rounds;
  return apps.slice(round * APPS_PER_TICK, (round + 1) * APPS_PER_TICK);
}
