import { startChild } from '../bench/child.ts';
import type { Stage } from './stage.ts';
import type { Crowds } from './visitors-process.ts';
import type { Crowd, Seen } from './visits.ts';

export interface Visitors {
  /** How many visits have come to an end so far. */
  count(): Promise<number>;
  /** What is under way is waited for. */
  leave(): Promise<Seen>;
}

/** In a process of their own: what the run does meanwhile must not keep them waiting. */
export async function visitors(door: Stage['door'], crowds: readonly Crowd[]): Promise<Visitors> {
  const told: Crowds = { door, crowds };
  const child = await startChild<object, { leave: boolean }, Seen>(
    new URL('visitors-process.ts', import.meta.url),
    told,
  );
  const total = ({ visits }: Seen) => visits.reduce((sum, { count }) => sum + count, 0);
  return {
    count: async () => total(await child.ask({ leave: false })),
    async leave() {
      const seen = await child.ask({ leave: true });
      await child.stop();
      return seen;
    },
  };
}

/** What one visitor who waits for each answer comes to in a second, also where that takes a while. */
const EACH_PER_SECOND = 12;

/** The visitors of an App (and of one whose start is slow, where there is one): most keep their connections. */
export function crowdsOf(authority: string, slow: string | undefined, perSecond: number): readonly Crowd[] {
  const crowd = (kind: Crowd['kind'], part: number, to = authority): Crowd => {
    const rate = perSecond * part;
    return { kind, authority: to, visitors: Math.ceil(rate / EACH_PER_SECOND), perSecond: rate };
  };
  return [
    crowd('keep-alive', 0.8),
    crowd('new connection', 0.08),
    // Each takes seconds: some are open at any time, and so across every switch.
    { kind: 'long', authority, visitors: 12, perSecond: 12 },
    ...(slow === undefined ? [] : [crowd('slow start', 0.12, slow)]),
  ];
}
