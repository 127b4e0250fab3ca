import { describe, expect, it } from 'vitest';
import type { KnownRights } from '../../../shared/domain/grant.ts';
import type { Stage } from '../store.ts';
import { after, aGrant, DAY, ids } from './fixtures.ts';

const HOUR = 3_600_000;

export function grantsContract(stage: Stage): void {
  describe('what lets people in', () => {
    it('is there until it ends, for every other process too', async () => {
      const { store, other, pass } = stage;
      const grant = aGrant('g', { endsAt: after(DAY).toISOString(), scope: 'write', kind: 'token' });
      await store.saveGrant(grant);
      expect(await other.getGrant('g')).toEqual(grant);
      expect(await other.getGrant('G')).toBeUndefined();
      pass(DAY - 1);
      expect(await other.getGrant('g')).toEqual(grant);
      await store.expire(pass(1));
      expect(await other.getGrant('g')).toBeUndefined();
      expect(await other.listGrants(grant.person)).toEqual([]);
    });

    it('is over at its end, whether it was removed or not', async () => {
      const { store, other, pass } = stage;
      await store.saveGrant(aGrant('g', { endsAt: after(1000).toISOString() }));
      pass(1000);
      expect(await other.getGrant('g')).toBeUndefined();
      expect(await other.listGrants('7')).toEqual([]);
    });

    it('can be ended, and that again; no other one is', async () => {
      const { store, other } = stage;
      await store.saveGrant(aGrant('g'));
      await store.saveGrant(aGrant('h'));
      await other.endGrant('g');
      await other.endGrant('g');
      expect(await store.getGrant('g')).toBeUndefined();
      expect(ids(await store.listGrants('7'))).toEqual(['h']);
    });

    it('is listed for its person, newest first', async () => {
      const { store, other } = stage;
      for (const [i, id] of ['b', 'a', 'c'].entries())
        await store.saveGrant(aGrant(id, { createdAt: after(i).toISOString() }));
      await store.saveGrant(aGrant('d', { person: '77' }));
      expect(ids(await other.listGrants('7'))).toEqual(['c', 'a', 'b']);
      expect(await other.listGrants('')).toEqual([]);
    });

    it('ends at most a hundred in one listing', async () => {
      const { store } = stage;
      for (let i = 0; i < 101; i++)
        await store.saveGrant(aGrant(`g${i}`, { createdAt: after(i).toISOString() }));
      const listed = ids(await store.listGrants('7'));
      expect([listed.length, listed[0]]).toEqual([100, 'g100']);
    });

    it('refuses a time that is none', async () => {
      const { store } = stage;
      await expect(store.saveGrant(aGrant('g', { endsAt: 'never' }))).rejects.toThrow();
      await expect(store.saveGrant(aGrant('g', { createdAt: '' }))).rejects.toThrow();
      expect(await store.getGrant('g')).toBeUndefined();
    });
  });

  describe('what a person may', () => {
    const known = (at: number, more: Partial<KnownRights> = {}): KnownRights => ({
      grant: '7',
      isAdmin: false,
      at: after(at).toISOString(),
      repositories: { 'acme/shop': { right: 'write', at: after(at).toISOString() } },
      ...more,
    });

    it('is what was found out last, for an hour', async () => {
      const { store, other, pass } = stage;
      await store.saveRights(known(0));
      expect(await other.getRights('7')).toEqual(known(0));
      const newer = known(1, {
        isAdmin: true,
        repositories: { 'acme/till': { right: null, at: after(1).toISOString() } },
      });
      await store.saveRights(newer);
      expect(await other.getRights('7')).toEqual(newer);
      expect(await other.getRights('77')).toBeUndefined();
      pass(HOUR);
      expect(await other.getRights('7')).toEqual(newer);
      pass(1);
      expect(await other.getRights('7')).toBeUndefined();
      await store.expire(pass(1));
      expect(await other.getRights('7')).toBeUndefined();
    });
  });
}
