import { describe, expect, it } from 'vitest';
import { advanceChange, type Change, concludeChange, type Verdict } from '../../../shared/domain/change.ts';
import type { PlacedEvent } from '../../../shared/domain/change-event.ts';
import type { Store } from '../../../shared/ports/store.ts';
import type { Stage } from '../store.ts';
import { aChange, after, commitFrom, DAY, SECOND, START, skipped } from './fixtures.ts';

const failed: Verdict = { outcome: 'failed', why: 'its build', detail: 'npm ERR!' };
const told = (events: readonly PlacedEvent[]) =>
  events.map(({ event }) => `${event.change} ${event.state}: ${event.reason}`);
const starting = (change: Change, reason: string, at: number) =>
  advanceChange(change, { state: 'starting', reason }, after(at));

async function all(store: Store, from = 0): Promise<readonly PlacedEvent[]> {
  const page = await store.changeEvents(from);
  const last = page.at(-1);
  return last ? [...page, ...(await all(store, last.place))] : [];
}

export function changeEventsContract(stage: Stage): void {
  describe('the events of Changes', () => {
    it('tells of each step once, in the order in which it was written', async () => {
      const { store, other } = stage;
      const { change } = await store.openChange(aChange('c', { by: 'ada' }));
      await other.openChange(aChange('d', { commit: commitFrom('b') }, SECOND));
      const saved = await store.saveChange({ ...starting(change, 'built', 2 * SECOND), release: 3 });
      await store.saveChange(concludeChange(saved, failed, after(3 * SECOND)));
      const events = await other.changeEvents(0);
      expect(told(events)).toEqual([
        'c building: build requested',
        'd building: build requested',
        'c starting: built',
        'c ended: failed: its build',
      ]);
      expect(events[0]?.event).toMatchObject({ by: 'ada', commit: change.commit, app: change.app });
      expect(events[0]?.event).not.toHaveProperty('verdict');
      expect(events.at(-1)).toMatchObject({
        place: START + 3 * SECOND,
        event: { release: 3, verdict: { outcome: 'failed', text: 'failed: its build' } },
      });
      expect(told(await store.changeEvents(events[1]?.place ?? 0))).toEqual(told(events).slice(2));
    });

    it('tells of the verdict of one that is stored with it, and of nothing that was not stored', async () => {
      const { store } = stage;
      await store.openChange(concludeChange(aChange('c'), skipped, after(0)));
      const { change } = await store.openChange(aChange('d'));
      await store.openChange(aChange('d'));
      await store.openChange(aChange('e'));
      await store.saveChange({ ...starting(change, 'late', 1), revision: 7 }).catch(() => undefined);
      await store.saveChange({ ...change, cancelledBy: 'ada' });
      expect((await store.changeEvents(0)).map(({ event }) => [event.change, event.state])).toEqual([
        ['c', 'building'],
        ['c', 'ended'],
        ['d', 'building'],
      ]);
    });

    it('gives one a later place that was written later, whatever its writer takes for the time', async () => {
      const { store, other } = stage;
      const { change } = await store.openChange(aChange('c', {}, DAY));
      await other.openChange(aChange('d', { commit: commitFrom('b') }));
      await store.saveChange(starting(change, 'at the same time', 0));
      const places = (await store.changeEvents(0)).map(({ place }) => place);
      expect(places).toEqual([START + DAY, START + DAY + 1, START + DAY + 2]);
    });

    it('goes on where a page ended, and loses nothing that is written meanwhile by many at once', async () => {
      const { store, other } = stage;
      const opened = await Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          (i % 2 ? store : other).openChange(aChange(`c${i}`, { commit: commitFrom(`${1000000 + i}`) }, i)),
        ),
      );
      const seen: PlacedEvent[] = [];
      const writing = Promise.all(
        opened.map(async ({ change }, i) => {
          const by = i % 2 ? other : store;
          const saved = await by.saveChange(starting(change, 'one', 0));
          await by.saveChange(starting(saved, 'two', 0));
        }),
      );
      for (let reads = 0; reads < 5; reads++) seen.push(...(await all(store, seen.at(-1)?.place)));
      await writing;
      seen.push(...(await all(other, seen.at(-1)?.place)));
      expect(seen).toHaveLength(180);
      expect(new Set(told(seen)).size).toBe(180);
      expect(seen).toEqual(await all(store));
      expect(await store.changeEvents(0)).toHaveLength(100);
    });

    it('forgets one after 7 days', async () => {
      const { store } = stage;
      const { change } = await store.openChange(aChange('c'));
      await store.saveChange(starting(change, 'built', 1));
      await store.expire(after(7 * DAY));
      expect(told(await store.changeEvents(0))).toEqual(['c starting: built']);
    });
  });
}
