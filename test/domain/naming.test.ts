import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { branchName } from '../../shared/domain/app-spec.ts';
import {
  alternativeName,
  isAppName,
  isReservedNamespace,
  namespaceOf,
  ownerOf,
  proposeName,
  workloadName,
} from '../../shared/domain/naming.ts';

describe('the name of an App', () => {
  it.each([
    ['acme/shop', 'main', 'shop'],
    ['acme/shop', 'feature', 'shop-feature'],
  ])('%s on %s is %s', (repository, branch, name) => {
    expect(proposeName(repository, branch, 'main')).toBe(name);
  });

  it.each([
    ['acme/shop', 'feature/x', /^shop-feature-x-[0-9a-f]{6}$/],
    ['acme/Shop', 'main', /^shop-[0-9a-f]{6}$/],
    ['acme/2024-fix', 'main', /^app-2024-fix-[0-9a-f]{6}$/],
    ['acme/---', 'main', /^app-[0-9a-f]{6}$/],
    ['acme/shop', '한국어', /^shop-[0-9a-f]{6}$/],
    ['acme/shop', 'x'.repeat(200), /^shop-x{28}-[0-9a-f]{6}$/],
  ])('%s on %s loses something, so it ends in a hash', (repository, branch, name) => {
    expect(proposeName(repository, branch, 'main')).toMatch(name);
  });

  it('is another one for the branches that look alike', () => {
    const names = ['feature/x', 'feature-x', 'feature_x', 'Feature/x'].map((b) =>
      proposeName('acme/shop', b, 'main'),
    );
    expect(new Set(names).size).toBe(4);
  });

  const branch = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    .filter((b) => branchName.safeParse(b).success);
  const repo = fc.stringMatching(/^[A-Za-z0-9._-]{1,60}$/).map((name) => `acme/${name}`);

  property.prop([repo, branch])('is always a DNS-1035 label of at most 40 characters', (repository, ref) => {
    for (const name of [proposeName(repository, ref, 'main'), alternativeName(repository, ref)]) {
      expect(isAppName(name)).toBe(true);
      expect(workloadName(name, 999_999).length).toBeLessThanOrEqual(63);
    }
  });

  property.prop([repo, branch, branch])('differs where the branches differ', (repository, a, b) => {
    fc.pre(a !== b && a !== 'main' && b !== 'main');
    expect(proposeName(repository, a, 'main')).not.toBe(proposeName(repository, b, 'main'));
  });
});

describe('a Namespace', () => {
  it('is that of the owner, in lower case', () => {
    expect(namespaceOf(ownerOf('Acme/Shop'))).toBe('acme');
  });

  it.each(['default', 'kube-system', 'knative-serving', 'cite-builds', 'platform'])(
    '%s is reserved',
    (namespace) => {
      expect(isReservedNamespace(namespace, 'platform')).toBe(true);
    },
  );
  it('of an owner is not', () => {
    expect(isReservedNamespace('acme', 'platform')).toBe(false);
  });
});
