import { describe, expect, it } from 'vitest';
import { decide, followsAnotherBranch, type SpecFacts } from '../../functions/createService/decide.ts';
import { decideRoute } from '../../functions/createService/decide-route.ts';
import { decideAcceptance } from '../../shared/domain/acceptance.ts';
import { specHash } from '../../shared/domain/release.ts';
import type { Route } from '../../shared/domain/route.ts';
import { aChange, anApp, aRelease, aSpec, NOON, sha } from '../support/facts.ts';

const hold = { by: 'Ada', why: 'sale', at: NOON.toISOString() };
const redeploy = { id: 'x', by: 'Ada' };
/** r3 is of the plain spec. */
const last = aRelease(3, { commit: sha('c'), specHash: specHash(aSpec(), {}) });
const changed = anApp({ lastRelease: last, spec: { env: { A: '1' } } });

const facts = (change: Partial<SpecFacts> = {}): SpecFacts => ({
  app: anApp({ lastRelease: last }),
  secret: {},
  openChanges: [],
  isLastKnown: true,
  newest: aChange(),
  ...change,
});

describe('createService decides', () => {
  it.each<[string, Partial<SpecFacts>, object]>([
    [
      'to ask for the head of an App that it sees first',
      { app: anApp(), newest: undefined },
      { action: 'ask for head' },
    ],
    [
      'to follow the configuration of an App that follows another branch now',
      { app: anApp({ lastRelease: last, spec: { branch: 'next', env: { A: '1' } } }) },
      { action: 'open', change: { kind: 'config', branch: 'next' } },
    ],
    [
      'nothing while that head has no release',
      { app: anApp() },
      { action: 'nothing', reason: 'its head is known' },
    ],
    [
      'nothing when the newest release is of this spec',
      {},
      { action: 'nothing', reason: 'r3 is of this spec' },
    ],
    [
      'a config Change of this very spec when the newest release never was made, and nobody knows of it',
      { isLastKnown: false },
      { action: 'open', change: { kind: 'config', commit: sha('c') } },
    ],
    [
      'nothing for what applies in place',
      { app: anApp({ lastRelease: last, spec: { replicas: 5 } }) },
      { action: 'nothing' },
    ],
    [
      'a config Change of the same commit when env differs',
      { app: changed },
      { action: 'open', change: { kind: 'config', commit: sha('c'), state: 'starting' } },
    ],
    [
      'a config Change when the secret differs',
      { secret: { KEY: 'new' } },
      { action: 'open', change: { kind: 'config' } },
    ],
    [
      'nothing when the Secret is gone',
      { app: changed, secret: undefined },
      { action: 'nothing', reason: 'its Secret is not there' },
    ],
    [
      'a redeploy when a person asks for one',
      { app: anApp({ lastRelease: last, spec: { redeploy } }) },
      { action: 'open', change: { kind: 'redeploy', author: 'Ada' } },
    ],
    [
      'no second redeploy for the same wish',
      { app: anApp({ lastRelease: { ...last, redeploy: 'x' }, spec: { redeploy, env: { A: '1' } } }) },
      { action: 'open', change: { kind: 'config' } },
    ],
    [
      'a config Change when a redeploy of before is taken out of the spec',
      { app: anApp({ lastRelease: { ...last, specHash: 'with the redeploy', redeploy: 'x' } }) },
      { action: 'open', change: { kind: 'config' } },
    ],
    [
      'a held Change under a Hold',
      { app: anApp({ lastRelease: last, spec: { env: { A: '1' }, hold } }) },
      { action: 'open', change: { state: 'held', reason: 'held by Ada: sale' } },
    ],
    [
      'nothing while a Change without release will take the newest config',
      { app: changed, openChanges: [aChange()] },
      { action: 'nothing' },
    ],
    [
      'a Change beside a rollback, which takes no new config',
      { app: changed, openChanges: [aChange({ kind: 'rollback' })] },
      { action: 'open' },
    ],
    [
      'nothing while the newest release is being proven',
      { app: changed, openChanges: [aChange({ id: last.change, release: 3, state: 'switching' })] },
      { action: 'nothing', reason: 'r3 is being proven' },
    ],
  ])('%s', (_title, change, decision) => {
    expect(decide(facts(change))).toMatchObject(decision);
  });

  it('that a release which starts with the old config is superseded by the next', () => {
    const maker = aChange({ id: last.change, release: 3, state: 'starting' });
    expect(decide(facts({ app: changed, openChanges: [maker] }))).toMatchObject({
      action: 'open',
      supersede: { change: maker, verdict: { outcome: 'superseded', by: 'r4, its new configuration' } },
    });
  });

  it('to ask for the head of another branch beside that', () => {
    const moved = anApp({ lastRelease: last, spec: { branch: 'next' } });
    expect(followsAnotherBranch({ app: moved, newest: aChange() })).toBe(true);
    expect(followsAnotherBranch({ app: anApp(), newest: aChange() })).toBe(false);
    expect(followsAnotherBranch({ app: moved, newest: undefined })).toBe(false);
  });

  it('one Change for one spec, and another one when it comes back to it later', () => {
    const idOf = (change: Partial<SpecFacts>) => {
      const decision = decide(facts(change));
      return decision.action === 'open' ? decision.change.id : undefined;
    };
    const later = anApp({ lastRelease: { ...last, number: 7 }, spec: { env: { A: '1' } } });
    expect(idOf({ app: changed })).toBe(idOf({ app: changed }));
    expect(idOf({ app: later })).not.toBe(idOf({ app: changed }));
  });
});

describe('how an App is reached', () => {
  const PATTERN = 'https://{name}.{namespace}.apps.test';
  const route = (host: string, state: Route['state'], reason: string, url?: string): Route => ({
    host,
    state,
    reason,
    message: `It is ${reason}.`,
    ...(url ? { url } : {}),
  });
  const main = route('shop.acme.apps.test', 'ready', 'Ready', 'https://shop.acme.apps.test');
  const cluster = anApp({ spec: { expose: 'cluster' } });
  const inside = 'http://shop.acme.svc.cluster.local';

  it.each<[string, ReturnType<typeof decideRoute>, object, string]>([
    [
      'at the address that is ready',
      decideRoute(anApp(), [main], PATTERN),
      { status: 'True', reason: 'Ready', message: 'shop.acme.apps.test: It is Ready.' },
      'https://shop.acme.apps.test',
    ],
    [
      'at the first that is ready, and what is wrong with another is said',
      decideRoute(anApp(), [main, route('shop.test', 'failed', 'HostTaken')], PATTERN),
      { status: 'False', reason: 'HostTaken', message: 'shop.test: It is HostTaken.' },
      'https://shop.acme.apps.test',
    ],
    [
      'at one that is ready, while another is to come',
      decideRoute(anApp(), [route('a.test', 'pending', 'Pending', 'http://a.test'), main], PATTERN),
      { status: 'Unknown', reason: 'Pending', message: 'a.test: It is Pending.' },
      'https://shop.acme.apps.test',
    ],
    [
      'nowhere yet, while none is ready',
      decideRoute(anApp(), [route('a.test', 'pending', 'Pending', 'http://a.test')], PATTERN),
      { status: 'Unknown' },
      '',
    ],
    [
      'at the load balancer, which has no name of its own',
      decideRoute(anApp({ spec: { expose: 'load-balancer' } }), [route('', 'pending', 'NoAddress')], PATTERN),
      { status: 'Unknown', reason: 'NoAddress', message: 'It is NoAddress.' },
      '',
    ],
    [
      'inside the cluster alone, where it is to be so',
      decideRoute(cluster, [], PATTERN),
      { status: 'True', reason: 'ClusterOnly', message: `Only the cluster reaches the App, at ${inside}.` },
      inside,
    ],
    [
      'where APP_URL says on one machine, inside the cluster alone too',
      decideRoute(cluster, [], 'http://{name}.{namespace}.localhost:8080'),
      { status: 'True', reason: 'ClusterOnly' },
      'http://shop.acme.localhost:8080',
    ],
    [
      'at what APP_URL says, where that gives it no host',
      decideRoute(anApp(), [], 'http://{name}.{namespace}.localhost:8080'),
      { status: 'True', reason: 'NoPublicHost' },
      'http://shop.acme.localhost:8080',
    ],
    [
      'at what APP_URL says on one machine, which cannot give it more',
      decideRoute(
        anApp(),
        [route('shop.test', 'failed', 'OneMachine')],
        'http://{name}.{namespace}.localhost:8080',
      ),
      { status: 'False', reason: 'OneMachine' },
      'http://shop.acme.localhost:8080',
    ],
  ])('%s', (_title, decision, condition, url) => {
    expect(decision.condition).toMatchObject({ type: 'RouteReady', ...condition });
    expect(decision.url).toBe(url);
  });
});

describe('an App is refused', () => {
  const config = { PLATFORM_NAMESPACE: 'cite-system', ALLOWED_REGISTRIES: ['r.test'] };
  const image = { checks: ['ci'], image: 'evil.test/a/b:{sha}' };

  it.each<[string, ReturnType<typeof anApp>, readonly string[] | undefined, string | undefined]>([
    ['in a reserved Namespace', anApp({ namespace: 'kube-system' }), ['acme'], 'ReservedNamespace'],
    ["in the platform's own", anApp({ namespace: 'cite-system' }), ['acme'], 'ReservedNamespace'],
    ['under a name that no Service can have', anApp({ name: '2024' }), ['acme'], 'InvalidName'],
    ["in another owner's Namespace", anApp(), ['rival'], 'RefusedOwner'],
    ['in a Namespace that says nothing of owners', anApp(), [], 'RefusedOwner'],
    ['in a Namespace that is not managed', anApp(), undefined, 'RefusedOwner'],
    ['with an image of a registry that is not allowed', anApp({ spec: image }), ['acme'], 'RefusedRegistry'],
    ['with the pull Secret as its own', anApp({ spec: { secret: 'cite-pull' } }), ['acme'], 'ReservedSecret'],
    ['never, when all is in order, however the owner is spelled', anApp(), ['ACME'], undefined],
  ])('%s', (_title, app, owners, reason) => {
    expect(decideAcceptance(app, owners, config)?.reason).toBe(reason);
  });
});
