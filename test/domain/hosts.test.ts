import { describe, expect, it } from 'vitest';
import { decideHosts } from '../../shared/domain/hosts.ts';
import { anApp } from '../support/facts.ts';

const PATTERN = 'https://{name}.{namespace}.apps.test';
const decided = (spec: Parameters<typeof anApp>[0], domains: readonly string[] = [], pattern = PATTERN) =>
  decideHosts(anApp(spec), domains, pattern);
const asking = (host: string) => ({ spec: { domains: [host] } });

describe('the hosts of an App', () => {
  it.each<[string, ReturnType<typeof decided>, readonly string[]]>([
    ['are the one that APP_URL gives it', decided({}), ['shop.acme.apps.test']],
    [
      'are without the port of APP_URL',
      decided({}, [], 'https://{name}-{namespace}.apps.test:8443/x'),
      ['shop-acme.apps.test'],
    ],
    [
      'are none where APP_URL is inside the cluster',
      decided({}, [], 'http://{name}.{namespace}.svc.cluster.local'),
      [],
    ],
    [
      'are none where APP_URL is on this machine',
      decided({}, [], 'http://{name}.{namespace}.localhost:8080'),
      [],
    ],
    [
      'are none where APP_URL gives all Apps the same',
      decided({}, [], 'https://apps.test/{namespace}/{name}'),
      [],
    ],
    [
      'are none for an App of the cluster only',
      decided({ spec: { expose: 'cluster', domains: ['shop.test'] } }, ['shop.test']),
      [],
    ],
    ['are none for an App with a load balancer', decided({ spec: { expose: 'load-balancer' } }), []],
    [
      'are its own too where the Namespace allows them, however it spells them',
      decided(asking('shop.example.com'), ['other.test', 'Shop.Example.com']),
      ['shop.acme.apps.test', 'shop.example.com'],
    ],
    [
      'are its own alone where APP_URL has no host to give',
      decided(asking('shop.example.com'), ['*'], 'nowhere'),
      ['shop.example.com'],
    ],
    [
      'are each one once',
      decided(asking('shop.acme.apps.test'), ['shop.acme.apps.test']),
      ['shop.acme.apps.test'],
    ],
  ])('%s', (_title, { allowed, refused }, hosts) => {
    expect({ allowed, refused }).toEqual({ allowed: hosts, refused: [] });
  });

  it.each<[string, string, readonly string[], boolean]>([
    ['a name that the Namespace says nothing of', 'shop.example.com', [], false],
    ['a name of which it allows another part', 'shop.example.com', ['example.com', 'hop.example.com'], false],
    ['a name by its pattern', 'shop.example.com', ['*.example.com'], true],
    ['a name that only ends like its pattern', 'shop.bad-example.com', ['*.example.com'], false],
    ['a label more than its pattern', 'a.shop.example.com', ['*.example.com'], false],
    ['the domain of the pattern itself', 'example.com', ['*.example.com'], false],
    ['any name where it allows all', 'shop.example.com', ['*'], true],
    ["another App's name by a pattern", 'till.rival.apps.test', ['*.rival.apps.test'], false],
    ["another App's name where it allows all", 'till.rival.apps.test', ['*'], false],
    ["a name of the platform's own domain by a pattern", 'console.apps.test', ['*.apps.test'], false],
    ["the platform's own domain where it allows all", 'apps.test', ['*'], false],
    ["a name of the platform's domain that it names", 'shop.apps.test', ['shop.apps.test'], true],
    ["a name that only ends like the platform's domain", 'shop.bad-apps.test', ['*'], true],
  ])('include %s: %s by %j is %s', (_title, host, domains, allowed) => {
    const hosts = decided(asking(host), domains);
    expect(hosts.allowed.includes(host)).toBe(allowed);
    expect(hosts.refused.map((route) => route.host)).toEqual(allowed ? [] : [host]);
    expect(hosts.allowed).toContain('shop.acme.apps.test');
  });

  it('that may not be are said with the remedy', () => {
    const [refused] = decided(asking('shop.example.com')).refused;
    expect(refused).toEqual({
      host: 'shop.example.com',
      state: 'failed',
      reason: 'RefusedDomain',
      message: 'Namespace acme does not allow it in spec.domains. Add it to its annotation cite.dev/domains.',
    });
  });

  it('that cannot be are said with the remedy', () => {
    const names = { name: 'a'.repeat(40), namespace: 'b'.repeat(63) };
    const { allowed, refused } = decided(names, [], 'https://{name}-{namespace}.apps.test');
    expect(allowed).toEqual([]);
    expect(refused).toMatchObject([{ reason: 'InvalidHost', message: expect.stringContaining('APP_URL') }]);
  });
});
