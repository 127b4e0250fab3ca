import { describe, expect, it } from 'vitest';
import { appSpec, branchName, repositoryName } from '../../shared/domain/app-spec.ts';
import { buildKey } from '../../shared/domain/build.ts';
import { podSettings, secretHash, specHash } from '../../shared/domain/release.ts';
import { aSpec, sha } from '../support/facts.ts';

describe('the spec of an App', () => {
  it('needs no more than a repository and a branch', () => {
    expect(aSpec()).toMatchObject({
      port: 8080,
      replicas: 1,
      minReadySeconds: 1,
      retention: { standbySeconds: 3600 },
    });
  });

  it.each<[string, object, string]>([
    ['a port out of range', { port: 70_000 }, 'port'],
    ['an image without the check that vouches for it', { image: 'r.test/a/b:{sha}' }, 'checks'],
    ['an image without the commit in it', { image: 'r.test/a/b:latest', checks: ['ci'] }, 'image'],
    ["PORT, which is the platform's", { env: { PORT: '1' } }, 'env.PORT'],
    [
      'two kinds of readiness at once',
      { readiness: { http: { path: '/' }, exec: { command: ['true'] } } },
      'readiness',
    ],
    ['a path that leaves the repository', { build: { context: '../x' } }, 'build.context'],
    ['an absolute path', { build: { output: '/etc' } }, 'build.output'],
    ['a name that no shell takes', { env: { 'A-B': '' } }, 'env.A-B'],
    ['a NUL in a value', { env: { A: 'a\0b' } }, 'env.A'],
    [
      'a deadline before a pod could be ready',
      { minReadySeconds: 60, progressDeadlineSeconds: 60 },
      'progressDeadlineSeconds',
    ],
    ['a field that nobody knows', { replica: 2 }, ''],
  ])('refuses %s, and names the field', (_title, spec, field) => {
    const result = appSpec.safeParse({ repository: 'acme/shop', branch: 'main', ...spec });
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toContain(field);
  });

  it.each(['main', 'feature/x', 'v1.2', '한국어', "it's", '$(id)', ';id'])('takes the branch %s', (name) => {
    expect(branchName.safeParse(name).success).toBe(true);
  });

  it.each([
    '-x',
    '/x',
    'x/',
    'a..b',
    'a b',
    'a~1',
    'x.lock',
    'a//b',
    '.x',
    'a/.x',
    '@',
    'a@{1}',
    'a\nb',
    'x.',
    '',
    'a\\b',
  ])('refuses the branch %j, as git does', (name) => {
    expect(branchName.safeParse(name).success).toBe(false);
  });

  it.each(['shop', 'a/b/c', '../x', 'acme/..', '-a/b', 'a b/c', 'acme/'])(
    'refuses the repository %j',
    (name) => {
      expect(repositoryName.safeParse(name).success).toBe(false);
    },
  );
});

describe('what makes an image and a release', () => {
  const { build } = aSpec();

  it('is one build for one repository, commit and settings, whatever the order of its fields', () => {
    const a = buildKey('acme/shop', sha('a'), { ...build, env: { A: '1', B: '2' } });
    expect(buildKey('Acme/Shop', sha('a'), { ...build, env: { B: '2', A: '1' } })).toBe(a);
    expect(buildKey('acme/shop', sha('b'), { ...build, env: { A: '1', B: '2' } })).not.toBe(a);
    expect(a).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is a new release for env, secret or redeploy, and none for what applies in place', () => {
    const hash = specHash(aSpec(), {});
    const hold = { by: 'Ada', at: '2026-03-01T12:00:00Z' };
    const inPlace = { replicas: 5, checks: ['ci'], retention: { releases: 3 }, hold, branch: 'next' };
    expect(specHash(aSpec(inPlace), {})).toBe(hash);
    expect(specHash(aSpec({ expose: 'cluster', domains: ['shop.example.com'] }), {})).toBe(hash);
    expect(specHash(aSpec({ notifications: [{ kind: 'slack', secret: 'chat' }] }), {})).toBe(hash);
    const anew = [
      aSpec({ env: { A: '1' } }),
      aSpec({ redeploy: { id: '1', by: 'Ada' } }),
      aSpec({ port: 80 }),
    ];
    expect(
      new Set([hash, specHash(aSpec(), { KEY: 'x' }), ...anew.map((spec) => specHash(spec, {}))]).size,
    ).toBe(5);
  });

  it('tells a secret of another content, and not that another App has the same', () => {
    const hash = secretHash('uid-1', { KEY: 'x', MORE: 'y' });
    expect(secretHash('uid-1', { MORE: 'y', KEY: 'x' })).toBe(hash);
    expect(secretHash('uid-1', { KEY: 'x' })).not.toBe(hash);
    expect(secretHash('uid-2', { KEY: 'x', MORE: 'y' })).not.toBe(hash);
  });

  it('takes everything of the pod template', () => {
    expect(Object.keys(podSettings(aSpec())).toSorted()).toEqual([
      'env',
      'liveness',
      'minReadySeconds',
      'port',
      'progressDeadlineSeconds',
      'readiness',
      'resources',
      'terminationGracePeriodSeconds',
    ]);
  });
});
