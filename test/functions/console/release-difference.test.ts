import { describe, expect, test } from 'vitest';
import { type Configured, releaseDifference } from '../../../functions/console/views/release-difference.ts';
import type { AppSpecInput } from '../../../shared/domain/app-spec.ts';
import { podSettings } from '../../../shared/domain/release.ts';
import { aRelease, aSpec, sha } from '../../support/facts.ts';

const release = { commit: sha('a'), image: 'r.test/shop@sha256:1', secretHash: 'one' };
const readiness = { http: { path: '/health' } };

const configured = (spec: Partial<AppSpecInput>, more: Partial<Configured['release']> = {}): Configured => ({
  release: { ...release, ...more },
  pod: podSettings(aSpec(spec)),
});

describe('in what a release is configured otherwise than the one before', () => {
  test.each<[string, Configured, Configured, readonly string[]]>([
    ['in nothing', configured({}), configured({}), []],
    ['a value', configured({ port: 8080 }), configured({ port: 9090 }), ['port 8080 → 9090']],
    [
      'names of the environment, in their order, and no value',
      configured({ env: { GONE: 'a', KEPT: 'b', OTHER: 'token-1' } }),
      configured({ env: { NEW: 'c', KEPT: 'b', OTHER: 'token-2' } }),
      ['env GONE removed', 'env NEW added', 'env OTHER changed'],
    ],
    [
      'names that every object has',
      configured({ env: {} }),
      configured({ env: { constructor: 'a', toString: 'b' } }),
      ['env constructor added', 'env toString added'],
    ],
    ['an empty value is one', configured({ env: { EMPTY: '' } }), configured({}), ['env EMPTY removed']],
    [
      'what is deep in the settings',
      configured({ resources: { limits: { memory: '64Mi' } } }),
      configured({ resources: { requests: { cpu: '500m' }, limits: { memory: '1Gi' } } }),
      ['resources.limits.memory 64Mi → 1Gi', 'resources.requests.cpu 500m added'],
    ],
    [
      'how it is asked whether it is ready',
      configured({ readiness }),
      configured({ readiness: { http: { path: '/ready' }, periodSeconds: 5 } }),
      ['readiness.http.path /health → /ready', 'readiness.periodSeconds 1 → 5'],
    ],
    [
      'a probe as a whole',
      configured({ readiness }),
      configured({ liveness: readiness }),
      ['liveness added', 'readiness.http removed'],
    ],
    [
      'a command, which is no word',
      configured({ readiness: { exec: { command: ['test', 'a'] } } }),
      configured({ readiness: { exec: { command: ['test', 'b'] } } }),
      ['readiness.exec.command changed'],
    ],
    [
      'a value that is too long to be shown, or acts on a terminal',
      configured({ readiness: { http: { path: `/${'a'.repeat(80)}` } } }),
      configured({ readiness: { http: { path: '/b' } } }),
      ['readiness.http.path changed'],
    ],
    [
      'that the secret has another content',
      configured({}),
      configured({}, { secretHash: 'two' }),
      ['content of the secret changed'],
    ],
    [
      'nothing of the secret where one was made before that was written',
      { ...configured({}), release: aRelease(1) },
      configured({}, aRelease(2)),
      [],
    ],
    [
      'nothing of the image of another commit',
      configured({}),
      configured({}, { commit: sha('b'), image: 'x' }),
      [],
    ],
    [
      'another image of the same commit',
      configured({}),
      configured({}, { image: 'x' }),
      ['another image of the same commit'],
    ],
    [
      'what is known where the settings cannot be read',
      { ...configured({}), pod: undefined },
      configured({ port: 1 }, { secretHash: 'two' }),
      ['content of the secret changed'],
    ],
  ])('%s', (_title, before, after, expected) => {
    expect(releaseDifference(before, after)).toEqual(expected);
  });
});
