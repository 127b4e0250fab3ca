import { describe, expect, it } from 'vitest';
import type { StandbyCheck } from '../../../shared/domain/standby-check.ts';
import type { Stage } from '../store.ts';
import { after } from './fixtures.ts';

const HOUR = 3_600_000;

const aCheck = (release: number, check: Partial<StandbyCheck> = {}): StandbyCheck => ({
  app: 'uid-shop',
  release,
  at: after(0).toISOString(),
  ...check,
});

export function standbyChecksContract(stage: Stage): void {
  describe('the checks of standbys', () => {
    it('keeps the last of each release of each App', async () => {
      const { store, other } = stage;
      const broken = aCheck(1, { fault: '0 of 1 pods are ready: "CrashLoopBackOff"\n' });
      await store.saveStandbyCheck(broken);
      await store.saveStandbyCheck(aCheck(11));
      await store.saveStandbyCheck(aCheck(1, { app: 'uid-shop:1' }));
      expect(await other.getStandbyCheck('uid-shop', 1)).toEqual(broken);
      const well = aCheck(1, { at: after(1).toISOString() });
      await store.saveStandbyCheck(well);
      expect(await other.getStandbyCheck('uid-shop', 1)).toEqual(well);
      expect(await other.getStandbyCheck('uid-shop', 11)).toEqual(aCheck(11));
      expect(await other.getStandbyCheck('uid-shop:1', 1)).toEqual(aCheck(1, { app: 'uid-shop:1' }));
      expect(await other.getStandbyCheck('uid-shop', 2)).toBeUndefined();
    });

    it('forgets one an hour after it was made; a newer one starts the hour anew', async () => {
      const { store } = stage;
      await store.saveStandbyCheck(aCheck(1));
      await store.saveStandbyCheck(aCheck(2));
      await store.saveStandbyCheck(aCheck(2, { at: after(1).toISOString() }));
      await store.expire(after(HOUR - 1));
      expect(await store.getStandbyCheck('uid-shop', 1)).toEqual(aCheck(1));
      await store.expire(after(HOUR));
      expect(await store.getStandbyCheck('uid-shop', 1)).toBeUndefined();
      expect(await store.getStandbyCheck('uid-shop', 2)).toBeDefined();
    });
  });
}
