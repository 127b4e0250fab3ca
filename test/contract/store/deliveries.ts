import { describe, expect, it } from 'vitest';
import type { Stage } from '../store.ts';
import { aDelivery, after, COMMIT, commitFrom, ids, SECOND } from './fixtures.ts';

const at = (seconds: number) => ({ receivedAt: after(seconds * SECOND).toISOString() });

export function deliveriesContract(stage: Stage): void {
  describe('deliveries', () => {
    it('stores a delivery once, and tells that it is not judged yet', async () => {
      const { store, other } = stage;
      expect(await store.recordDelivery(aDelivery('7:guid'))).toBe('new');
      expect(await other.recordDelivery(aDelivery('7:guid', { body: 'another body' }))).toBe('repeated');
      expect(await store.getDelivery('7:guid')).toEqual(aDelivery('7:guid'));
    });

    it('tells that there is nothing left to do for a judged one', async () => {
      const { store, other } = stage;
      await store.recordDelivery(aDelivery('d'));
      await store.judgeDelivery('d', { changes: ['c1', 'c2'] });
      expect(await other.recordDelivery(aDelivery('d'))).toBe('judged');
      expect(await other.getDelivery('d')).toEqual({
        ...aDelivery('d'),
        judgement: { changes: ['c1', 'c2'] },
      });
    });

    it('keeps a judgement that it is stored with', async () => {
      const judged = aDelivery('d', { judgement: { skipped: 'unknown event' } });
      expect(await stage.store.recordDelivery(judged)).toBe('new');
      expect(await stage.store.recordDelivery(judged)).toBe('judged');
      expect(await stage.store.getDelivery('d')).toEqual(judged);
      expect(await stage.store.unjudgedDeliveries(after(SECOND))).toEqual([]);
    });

    it('is new to one only of those who record it at once', async () => {
      const { store, other } = stage;
      const answers = await Promise.all(
        [store, other, store, other].map((each) => each.recordDelivery(aDelivery('d'))),
      );
      expect(answers.sort()).toEqual(['new', 'repeated', 'repeated', 'repeated']);
    });

    it('knows no delivery that was not stored', async () => {
      expect(await stage.store.getDelivery('none')).toBeUndefined();
      await stage.store.judgeDelivery('none', { changes: [] });
      expect(await stage.store.getDelivery('none')).toBeUndefined();
    });

    it('keeps the first judgement', async () => {
      const { store, other } = stage;
      await store.recordDelivery(aDelivery('d'));
      await store.judgeDelivery('d', { skipped: 'no App on that branch' });
      await other.judgeDelivery('d', { changes: ['c'] });
      expect((await store.getDelivery('d'))?.judgement).toEqual({ skipped: 'no App on that branch' });
    });

    it('lists those received before a time and not judged, oldest first', async () => {
      const { store } = stage;
      for (const [id, seconds] of [
        ['b', 2],
        ['judged', 1],
        ['a', 1],
        ['late', 3],
      ] as const)
        await store.recordDelivery(aDelivery(id, at(seconds)));
      await store.judgeDelivery('judged', { changes: [] });
      expect(ids(await store.unjudgedDeliveries(after(3 * SECOND)))).toEqual(['a', 'b']);
      expect(ids(await store.unjudgedDeliveries(after(3 * SECOND + 1)))).toEqual(['a', 'b', 'late']);
    });

    it('lists at most 100: the oldest unjudged ones, the newest of a commit', async () => {
      const { store } = stage;
      const all = Array.from({ length: 103 }, (_, i) => aDelivery(`d${i}`, at(i)));
      await Promise.all(all.map((delivery) => store.recordDelivery(delivery)));
      expect(ids(await store.unjudgedDeliveries(after(999 * SECOND)))).toEqual(ids(all.slice(0, 100)));
      expect(ids(await store.deliveriesOf(COMMIT))).toEqual(ids(all.slice(3).reverse()));
    });

    it('gives all unjudged ones a turn, however many there are', async () => {
      const { store } = stage;
      const all = Array.from({ length: 203 }, (_, i) => aDelivery(`d${i}`, at(i)));
      await Promise.all(all.map((delivery) => store.recordDelivery(delivery)));
      const turn = async (tick: number) => ids(await store.unjudgedDeliveries(after(202 * SECOND), tick));
      const inTurn = ids(all);
      for (const round of [0, 3, 3 * 1_000_000]) {
        expect(await turn(round)).toEqual(inTurn.slice(0, 100));
        expect(await turn(round + 1)).toEqual(inTurn.slice(100, 200));
        expect(await turn(round + 2), 'the last came too late').toEqual(inTurn.slice(200, 202));
      }
    });

    it('finds those about a commit by its first 7 to 40 digits, newest first', async () => {
      const { store } = stage;
      const [near, nearer] = [commitFrom('abcdef12'), commitFrom('abcdef13')];
      await store.recordDelivery(aDelivery('old', { commit: near, ...at(1) }));
      await store.recordDelivery(aDelivery('new', { commit: near, ...at(2) }));
      await store.recordDelivery(aDelivery('other', { commit: nearer, ...at(3) }));
      await store.recordDelivery(aDelivery('none', { ...at(4), commit: commitFrom('fedcba9') }));
      expect(ids(await store.deliveriesOf('abcdef1'))).toEqual(['other', 'new', 'old']);
      expect(ids(await store.deliveriesOf('abcdef12'))).toEqual(['new', 'old']);
      expect(ids(await store.deliveriesOf('ABCDEF12'))).toEqual(['new', 'old']);
      expect(ids(await store.deliveriesOf(near))).toEqual(['new', 'old']);
      expect(await store.deliveriesOf('abcdef14')).toEqual([]);
    });

    it('tells the last of a repository, whoever wrote its name how, with what became of it', async () => {
      const { store, other } = stage;
      expect(await store.lastDelivery('acme/shop')).toBeUndefined();
      await store.recordDelivery(aDelivery('new', { repository: 'Acme/Shop', ...at(2) }));
      await store.recordDelivery(aDelivery('old', at(1)));
      const { commit: _, ...ping } = aDelivery('other', {
        repository: 'acme/shop2',
        event: 'ping',
        ...at(3),
      });
      await store.recordDelivery(ping);
      await other.judgeDelivery('new', { skipped: 'no App on that branch' });
      expect(await store.lastDelivery('acme/shop')).toMatchObject({
        id: 'new',
        judgement: { skipped: 'no App on that branch' },
      });
      expect(await store.lastDelivery('ACME/shop2')).toEqual(ping);
      expect(await store.lastDelivery('acme/sho')).toBeUndefined();
    });

    it('finds one still when it is judged, and none that is about no commit', async () => {
      const { store } = stage;
      const { commit: _, ...ping } = aDelivery('ping');
      await store.recordDelivery(ping);
      await store.recordDelivery(aDelivery('push'));
      await store.judgeDelivery('push', { changes: ['c'] });
      expect(await store.deliveriesOf(COMMIT)).toEqual([
        { ...aDelivery('push'), judgement: { changes: ['c'] } },
      ]);
    });
  });
}
