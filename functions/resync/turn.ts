import type { App } from '../../shared/domain/app.ts';
import { begunElsewhere, roundsOf, startOfTurn, tickOf } from '../../shared/domain/turn.ts';

/**
 * Apps that one tick looks at on the code host: with 12 ticks an hour and five questions each (its head, the webhook and
 * its deliveries) this stays at some 3,000 of the 5,000 requests an hour that GitHub gives (knative.md §4), however many
 * Apps there are.
 */
export const APPS_PER_TICK = 50;

/** Of those that something is wrong with, so many more: they must not wait for all others. Two questions each, 600 an hour. */
export const TROUBLED_PER_TICK = 25;

/** Those whose turn it is, all of them in turn, in their order. */
export function turnOf<T>(items: readonly T[], now: Date, most: number): readonly T[] {
  const start = startOfTurn(items.length, tickOf(now), most);
  return items.slice(start, start + most);
}

/** The Apps to ask the code host about: of one that is slow, some get no answer in this turn, and others in the next. */
export function codeHostTurn<T>(apps: readonly T[], now: Date): readonly T[] {
  const turnsBefore = Math.floor(tickOf(now) / roundsOf(apps.length, APPS_PER_TICK));
  return begunElsewhere(turnOf(apps, now, APPS_PER_TICK), turnsBefore);
}

/** The cause of what is wrong may be gone: createService is to see it, and then it goes on by itself. */
export const troubledTurn = (apps: readonly App[], now: Date): readonly App[] =>
  turnOf(apps.filter(isTroubled), now, TROUBLED_PER_TICK);

const isTroubled = ({ status }: App) => status.conditions.some((condition) => condition.status !== 'True');
