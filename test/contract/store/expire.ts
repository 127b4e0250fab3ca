import { describe, expect, it } from 'vitest';
import { concludeChange } from '../../../shared/domain/change.ts';
import type { Stage } from '../store.ts';
import {
  aBuild,
  aChange,
  aDelivery,
  after,
  aLetter,
  anEntry,
  COMMIT,
  commitFrom,
  DAY,
  ids,
  SECOND,
  skipped,
} from './fixtures.ts';

export function expireContract(stage: Stage): void {
  describe('what is past its time', () => {
    it('is removed from every list: deliveries after 7 days, judged or not', async () => {
      const { store } = stage;
      const judged = { receivedAt: after(SECOND).toISOString() };
      await store.recordDelivery(aDelivery('open'));
      await store.recordDelivery(aDelivery('judged', judged));
      await store.judgeDelivery('judged', { changes: [] });
      await store.expire(after(7 * DAY - 1));
      expect(ids(await store.deliveriesOf(COMMIT))).toEqual(['judged', 'open']);
      await store.expire(after(7 * DAY));
      expect(ids(await store.deliveriesOf(COMMIT))).toEqual(['judged']);
      expect(await store.unjudgedDeliveries(after(8 * DAY))).toEqual([]);
      expect(await store.getDelivery('open')).toBeUndefined();
      expect(await store.recordDelivery(aDelivery('open'))).toBe('new');
    });

    it('is removed from every list: Changes 90 days after their verdict, open ones never', async () => {
      const { store } = stage;
      const { change } = await store.openChange(aChange('ended', { build: 'k' }));
      await store.openChange(aChange('open', { commit: commitFrom('b') }));
      const ended = await store.saveChange(concludeChange(change, skipped, after(DAY)));
      await store.expire(after(91 * DAY - 1));
      expect(await store.getChange('ended')).toEqual(ended);
      await store.expire(after(999 * DAY));
      expect(await store.getChange('ended')).toBeUndefined();
      for (const query of [
        {},
        { app: 'uid-shop' },
        { repository: 'acme/shop' },
        { app: 'uid-shop', open: true },
      ])
        expect(ids(await store.listChanges(query))).toEqual(['open']);
      for (const query of [{ commit: COMMIT }, { build: 'k' }, { open: false }])
        expect(await store.listChanges(query)).toEqual([]);
    });

    it('leaves messages that were never told', async () => {
      const { store } = stage;
      await store.openChange(concludeChange(aChange('c'), skipped, after(0)));
      await store.expire(after(999 * DAY));
      expect(await store.pendingMessages()).toEqual([{ id: 'c:1', change: 'c', revision: 1 }]);
    });

    it('is removed from every list: what people did after 90 days', async () => {
      const { store } = stage;
      await store.keepAuditEntry(anEntry('old', 0, 'acme/shop'));
      await store.keepAuditEntry(anEntry('new', DAY, 'acme/shop'));
      await store.expire(after(90 * DAY));
      expect(ids(await store.listAuditEntries({}))).toEqual(['new']);
      expect(ids(await store.listAuditEntries({ app: 'acme/shop' }))).toEqual(['new']);
    });

    it('is removed: Builds, logs and dead letters after 30 days, counted from the last write', async () => {
      const { store, pass } = stage;
      const build = await store.saveBuild(aBuild('k'));
      await store.saveLog('k', 'one');
      await store.saveLog('old', 'one');
      await store.saveBuild(aBuild('old'));
      await store.keepDeadLetter(aLetter('old'));
      pass(DAY);
      await store.saveBuild(build);
      await store.saveLog('k', 'two');
      await store.keepDeadLetter(aLetter('new', DAY));
      await store.expire(after(30 * DAY));
      expect(ids(await store.listDeadLetters())).toEqual(['new']);
      expect(await store.getBuild('old')).toBeUndefined();
      expect(await store.readLog('old')).toBeUndefined();
      expect((await store.listRunningBuilds()).map(({ key }) => key)).toEqual(['k']);
      expect(await store.readLog('k')).toBe('two');
      await store.expire(after(31 * DAY));
      expect(await store.listDeadLetters()).toEqual([]);
      expect(await store.listRunningBuilds()).toEqual([]);
      expect(await store.readLog('k')).toBeUndefined();
    });

    it('is removed however much it is, and a lease that is held stays', async () => {
      const { store, other, pass } = stage;
      const all = Array.from({ length: 450 }, (_, i) => aDelivery(`d${i}`));
      await Promise.all(all.map((delivery) => store.recordDelivery(delivery)));
      const now = pass(8 * DAY);
      await store.takeLease('sweep', 'a', SECOND);
      await store.expire(now);
      expect(await store.deliveriesOf(COMMIT)).toEqual([]);
      expect(await store.getDelivery('d449')).toBeUndefined();
      expect(await other.takeLease('sweep', 'b', SECOND)).toBe(false);
    });
  });
}
