import type { HookDelivery } from '../../shared/ports/code-host.ts';
import { PATIENCE_MS } from './decide.ts';

/** GitHub's own bound: what is older it neither keeps nor sends again (knative.md §4). */
export const KEPT_MS = 3 * 24 * 3_600_000;

/**
 * What is worth a request when it was lost. A lost status is none of them: whoever waits for a check reads the statuses
 * anew in every round.
 */
const REPLAYED = new Set(['push', 'create', 'delete']);

/** Those that the store would know if they had come: all the others need no look. */
export const mayBeLost = ({ event, delivered }: HookDelivery): boolean =>
  // What was answered well came, unless the store was lost after that: then only a push has something to tell still.
  delivered ? event === 'push' : REPLAYED.has(event);

/**
 * Which of the deliveries that the store does not know are sent again now, the oldest first. Each time as long after the
 * last attempt as that was after the first one: some ten attempts in 3 days, however long nobody answers.
 */
export function decideRedeliveries(lost: readonly HookDelivery[], now: Date): readonly HookDelivery[] {
  return lost
    .filter(({ firstAt, lastAt }) => {
      const pause = Math.max(PATIENCE_MS, lastAt.getTime() - firstAt.getTime());
      return now.getTime() - lastAt.getTime() >= pause;
    })
    .toSorted((a, b) => a.firstAt.getTime() - b.firstAt.getTime());
}

/** Why they are sent again, for a person. */
export function lostWhy(deliveries: readonly HookDelivery[]): string {
  const of = (answered: (delivery: HookDelivery) => boolean) => deliveries.filter(answered).length;
  const refused = deliveries.find(({ delivered, answer }) => !delivered && answer !== 0);
  const reasons: readonly (readonly [number, string])[] = [
    [of(({ delivered, answer }) => !delivered && answer === 0), 'nobody answered'],
    [of(({ delivered, answer }) => !delivered && answer !== 0), `it was answered ${refused?.answer}`],
    [of(({ delivered }) => delivered), 'the store lost it'],
  ];
  return reasons
    .filter(([count]) => count > 0)
    .map(([count, why]) => `${count}: ${why}`)
    .join(', ');
}
