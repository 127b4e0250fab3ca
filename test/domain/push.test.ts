import { describe, expect, it } from 'vitest';
import { keptOfPush, parsePush } from '../../shared/domain/push.ts';
import { sha } from '../support/facts.ts';
import { recorded } from '../support/github-examples.ts';

const push = {
  ref: 'refs/heads/feature/x',
  before: sha('b'),
  after: sha('a'),
  deleted: false,
  forced: false,
  repository: { full_name: 'acme/shop' },
  head_commit: { id: sha('a'), message: 'Add a till', author: { name: 'Ada' } },
};
const parse = (change: object = {}) => parsePush(JSON.stringify({ ...push, ...change }));

describe('a push', () => {
  it('is of the whole branch, slashes and all', () => {
    expect(parse()).toMatchObject({
      branch: 'feature/x',
      after: sha('a'),
      base: sha('b'),
      message: 'Add a till',
      author: 'Ada',
    });
  });

  it.each<[string, object, string | undefined]>([
    ['its sender', { sender: { login: 'ada' }, pusher: { name: 'somebody' } }, 'ada'],
    ['its pusher', { pusher: { name: 'ada' } }, 'ada'],
    ['nobody', { sender: null, pusher: { name: 7 } }, undefined],
  ])('is caused by %s', (_title, change, by) => {
    expect(parse(change)?.by).toBe(by);
  });

  it('of a tag is of no branch', () => {
    expect(parse({ ref: 'refs/tags/heads/main' })?.branch).toBeUndefined();
  });

  it.each<[string, object]>([
    ['forced', { forced: true }],
    ['of a new branch', { before: sha('0') }],
  ])('that is %s was made on top of nothing', (_title, change) => {
    expect(parse(change)).not.toHaveProperty('base');
  });

  it('of a deletion has no commit to tell of', () => {
    expect(parse({ deleted: true, after: sha('0'), head_commit: null })).toMatchObject({
      deleted: true,
      message: '',
    });
  });

  it.each<[string, object]>([
    ['a commit that is none', { after: 'HEAD; rm -rf /' }],
    ['no repository', { repository: null }],
    ['a ref that is no text', { ref: 7 }],
  ])('with %s is none', (_title, change) => {
    expect(parse(change)).toBeUndefined();
  });

  it.each(recorded('push').map((payload, i) => ({ i, payload })))(
    'as GitHub recorded it is understood ($i)',
    ({ payload }) => {
      const { ref, deleted } = payload as { ref: string; deleted: boolean };
      const parsed = parsePush(JSON.stringify(payload));
      expect(parsed).toMatchObject({ repository: 'Codertocat/Hello-World', ref, deleted });
      expect(parsed?.branch).toBe(ref.startsWith('refs/heads/') ? ref.slice(11) : undefined);
      expect(parsePush(keptOfPush(payload))).toEqual(parsed);
    },
  );

  it('is kept without what nobody reads: it may have 25 MB', () => {
    const endless = '\u0001'.repeat(3_000_000);
    const commit = { id: sha('a'), message: `Add a till\n\n[skip ci]${endless}`, author: { name: endless } };
    const said = { head_commit: commit, pusher: { name: endless }, sender: { login: endless } };
    const kept = keptOfPush({ ...push, ...said, commits: Array(2000).fill(commit), compare: endless });
    expect(kept.length).toBeLessThan(70_000);
    expect(parsePush(kept)?.message).toMatch(/^Add a till\n\n\[skip ci\]/);
  });

  it('that is none stays none', () => {
    expect(parsePush(keptOfPush({ ref: 7 }))).toBeUndefined();
  });
});
