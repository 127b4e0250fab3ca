import { describe, expect, it } from 'vitest';
import { type Change, concludeChange } from '../../../shared/domain/change.ts';
import type { ChangeQuery } from '../../../shared/domain/change-query.ts';
import { InvalidError } from '../../../shared/domain/errors.ts';
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

    const told = async () => {
      const { store } = stage;
      const of = (n: string, with_: Partial<Change>, at: number) =>
        store.openChange(aChange(n, { commit: commitFrom(`${1000000 + at}`), ...with_ }, at * SECOND));
      await of('ada-pushed', { author: 'Ada Lovelace', by: 'ada' }, 1);
      await of('bob-pushed-hers', { author: 'Ada Lovelace', by: 'Bob', branch: 'feature/x' }, 2);
      const { change } = await of('bob-cancelled', { author: 'Cy', by: 'cy' }, 3);
      await store.saveChange(concludeChange(change, { outcome: 'cancelled', by: 'bob' }, after(9 * SECOND)));
      const { change: older } = await of('superseded', { branch: 'old' }, 0);
      await store.saveChange(concludeChange(older, { outcome: 'superseded', by: 'r7' }, after(9 * SECOND)));
      await of('again', { by: 'cy', redoes: 'bob-cancelled', branch: 'feature' }, 4);
    };

    it.each<[string, ChangeQuery, readonly string[]]>([
      ['whose commit somebody wrote', { person: 'Ada Lovelace' }, ['bob-pushed-hers', 'ada-pushed']],
      [
        'that somebody caused or cancelled, in capitals or not',
        { person: 'BOB' },
        ['bob-cancelled', 'bob-pushed-hers'],
      ],
      ['of nobody by what superseded them', { person: 'r7' }, []],
      ['of nobody by a part of a name', { person: 'Ada Love' }, []],
      ['of a branch by the whole of its name', { branch: 'feature' }, ['again']],
      ['of a branch and a person', { branch: 'feature/x', person: 'bob' }, ['bob-pushed-hers']],
      ['that ended so', { outcome: 'cancelled' }, ['bob-cancelled']],
      ['that do one again', { redoes: 'bob-cancelled' }, ['again']],
      ['since a time', { since: after(3 * SECOND).toISOString() }, ['again', 'bob-cancelled']],
      ['until a time', { until: after(2 * SECOND).toISOString() }, ['ada-pushed', 'superseded']],
      [
        'of a person in a time',
        { person: 'bob', since: after(1 * SECOND).toISOString(), until: after(3 * SECOND).toISOString() },
        ['bob-pushed-hers'],
      ],
    ])('finds those %s', async (_, query, expected) => {
      await told();
      expect(ids(await stage.store.listChanges(query))).toEqual(expected);
      expect(ids(await stage.other.listChanges(query))).toEqual(expected);
    });

    it('refuses a time that is none', async () => {
      await expect(stage.store.listChanges({ since: 'yesterday' })).rejects.toThrow(InvalidError);
    });

    it.each<[string, ChangeQuery]>([
      ['all', {}],
      ['one index', { branch: 'main' }],
      ['several indexes', { branch: 'main', person: 'ada' }],
      ['a time', { since: after(0).toISOString() }],
    ])(
      'goes on where a page ended, also within a millisecond and while others come: %s',
      async (_, query) => {
        const { store } = stage;
        const all = Array.from({ length: 11 }, (_, i) =>
          aChange(`c${10 + i}`, { commit: commitFrom(`${1000000 + i}`) }, Math.floor(i / 4)),
        );
        for (const change of all) await store.openChange(change);
        const seen: string[] = [];
        let last: Change | undefined;
        do {
          const page: readonly Change[] = await store.listChanges({
            ...query,
            limit: 3,
            ...(last && { after: last }),
          });
          seen.push(...ids(page));
          last = page.length === 3 ? page.at(-1) : undefined;
          const late = `late${seen.length}`;
          await store.openChange(
            aChange(late, { commit: commitFrom(`${2000000 + seen.length}`) }, 60 * SECOND),
          );
        } while (last);
        expect(seen).toEqual(ids(all.toReversed()));
      },
    );

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
