import { describe, expect, it } from 'vitest';
import { concludeChange } from '../../../shared/domain/change.ts';
import type { Stage } from '../store.ts';
import { aChange, after, commitFrom, ids, SECOND, skipped } from './fixtures.ts';

const shop = { namespace: 'acme', name: 'shop', uid: 'uid-shop' };
const blog = { namespace: 'acme', name: 'blog', uid: 'uid-blog' };
const [a, b] = [commitFrom('aaaaaaa1'), commitFrom('aaaaaaa2')];

export function changeListContract(stage: Stage): void {
  describe('the list of changes', () => {
    const fill = async () => {
      const { store } = stage;
      await store.openChange(aChange('shop-a', { app: shop, commit: a, build: 'k1' }, 1 * SECOND));
      await store.openChange(aChange('blog-a', { app: blog, commit: a, build: 'k1' }, 3 * SECOND));
      await store.openChange(
        aChange('shop-b', { app: shop, commit: b, build: 'k2', repository: 'acme/other' }, 2 * SECOND),
      );
      const { change } = await store.openChange(aChange('ended', { app: shop, commit: commitFrom('c') }));
      await store.saveChange(concludeChange(change, skipped, after(9 * SECOND)));
    };

    it.each([
      ['all', {}, ['blog-a', 'shop-b', 'shop-a', 'ended']],
      ['an App', { app: 'uid-shop' }, ['shop-b', 'shop-a', 'ended']],
      ['a repository', { repository: 'acme/shop' }, ['blog-a', 'shop-a', 'ended']],
      ['a Build', { build: 'k1' }, ['blog-a', 'shop-a']],
      ['those that are open', { open: true }, ['blog-a', 'shop-b', 'shop-a']],
      ['those that have a verdict', { open: false }, ['ended']],
      ['a commit', { commit: a }, ['blog-a', 'shop-a']],
      ['7 digits of a commit', { commit: 'aaaaaaa' }, ['blog-a', 'shop-b', 'shop-a']],
      ['8 digits of a commit', { commit: 'AAAAAAA2' }, ['shop-b']],
      ['all of it at once', { app: 'uid-shop', commit: 'aaaaaaa', build: 'k1', open: true }, ['shop-a']],
      ['an App and its verdicts', { app: 'uid-shop', open: false }, ['ended']],
      ['what is not there', { app: 'uid-shop', repository: 'acme/none' }, []],
      ['the newest two', { limit: 2 }, ['blog-a', 'shop-b']],
      ['the newest of a commit', { commit: 'aaaaaaa', limit: 1 }, ['blog-a']],
      ['the newest open one of an App', { app: 'uid-shop', open: true, limit: 1 }, ['shop-b']],
      ['none', { limit: 0 }, []],
    ])('gives %s, newest first', async (_, query, expected) => {
      await fill();
      expect(ids(await stage.store.listChanges(query))).toEqual(expected);
      expect(ids(await stage.other.listChanges(query))).toEqual(expected);
    });

    it('gives at most 100 when no limit is asked for', async () => {
      const all = Array.from({ length: 103 }, (_, i) =>
        aChange(`c${i}`, { commit: commitFrom(`${1000000 + i}`) }, i),
      );
      await Promise.all(all.map((change) => stage.store.openChange(change)));
      expect(ids(await stage.store.listChanges({}))).toEqual(ids(all.slice(3).reverse()));
      expect(ids(await stage.store.listChanges({ app: 'uid-shop', open: true }))).toEqual(
        ids(all.slice(3).reverse()),
      );
      expect(await stage.store.listChanges({ limit: 102 })).toHaveLength(102);
    });

    it('follows a Change that gets its Build later', async () => {
      const { store } = stage;
      const { change } = await store.openChange(aChange('c'));
      expect(await store.listChanges({ build: 'k' })).toEqual([]);
      const saved = await store.saveChange({ ...change, build: 'k' });
      expect(await store.listChanges({ build: 'k' })).toEqual([saved]);
      await store.saveChange({ ...saved, build: 'k2' });
      expect(await store.listChanges({ build: 'k' })).toEqual([]);
    });
  });
}
