import type { App } from '../../shared/domain/app.ts';

/**
 * Apps that one tick looks at on the code host: with 12 ticks an hour and five questions each (its head, the webhook and
 * its deliveries) this stays at some 3,000 of the 5,000 requests an hour that GitHub gives (knative.md §4), however many
 * Apps there are.
 */
export const APPS_PER_TICK = 50;

const TICK_MS = 5 * 60_000;

/** Of those that something is wrong with, so many more: they must not wait for all others. Two questions each, 600 an hour. */
export const TROUBLED_PER_TICK = 25;

/** The Apps whose turn it is, all of them in turn: by the clock alone, so that no function has to remember it. */
export function turnOf<T>(apps: readonly T[], now: Date, most = APPS_PER_TICK): readonly T[] {
  const rounds = Math.max(1, Math.ceil(apps.length / most));
  const round = Math.floor(now.getTime() / TICK_MS) % rounds;
  return apps.slice(round * most, (round + 1) * most);
}

/** The cause of what is wrong may be gone: createService is to see it, and then it goes on by itself. */
export const troubledTurn = (apps: readonly App[], now: Date): readonly App[] =>
  turnOf(apps.filter(isTroubled), now, TROUBLED_PER_TICK);

const isTroubled = ({ status }: App) => status.conditions.some((condition) => condition.status !== 'True');
