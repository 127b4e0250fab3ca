import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultBroker, judgeBroker } from '../../scripts/preflight/checks/broker-class.ts';
import { judgeDomain } from '../../scripts/preflight/checks/domain.ts';
import { judgeGateway } from '../../scripts/preflight/checks/gateway.ts';
import { ingressClass, judgeIngress } from '../../scripts/preflight/checks/ingress.ts';
import { judgeComponent, knativeMinor } from '../../scripts/preflight/checks/knative.ts';
import { judgeVersion } from '../../scripts/preflight/checks/kubernetes-version.ts';
import { judgeNodes } from '../../scripts/preflight/checks/nodes.ts';
import { judgeSecret } from '../../scripts/preflight/checks/platform-secret.ts';
import { judgeRegistry } from '../../scripts/preflight/checks/registry.ts';
import { judgeRights } from '../../scripts/preflight/checks/rights.ts';
import { judgeTypes } from '../../scripts/preflight/checks/types.ts';
import type { Finding, State } from '../../scripts/preflight/finding.ts';
import { report } from '../../scripts/preflight/report.ts';

const deployment = (name: string, available = true, labels: Record<string, string> = {}) => ({
  metadata: { name, labels },
  spec: { replicas: 1 },
  status: { conditions: [{ type: 'Available', status: available ? 'True' : 'False' }] },
});

const COMPONENT = {
  name: 'Knative Serving',
  namespace: 'knative-serving',
  required: ['controller', 'webhook'],
  versioned: 'controller',
  lowest: 23,
  install: 'https://knative.dev',
};
const component = (version: string | undefined, ...more: ReturnType<typeof deployment>[]) =>
  judgeComponent(COMPONENT, [
    deployment('controller', true, version === undefined ? {} : { 'app.kubernetes.io/version': version }),
    deployment('webhook'),
    ...more,
  ]);

const KOURIER = 'kourier.ingress.networking.knative.dev';
const kourier = (available: boolean) =>
  deployment('net-kourier-controller', available, { 'networking.knative.dev/ingress-provider': 'kourier' });

const node = (ready: boolean, architecture = 'amd64', unschedulable = false) => ({
  metadata: { name: 'n' },
  spec: { unschedulable },
  status: {
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    nodeInfo: { architecture },
  },
});

const mt = { brokerClass: 'MTChannelBasedBroker', channel: 'InMemoryChannel' };
const right = (verb: string, resource: string, group = '') => ({ verb, resource, group });
const served = (kind: string, plural: string | undefined, group = 'eventing.knative.dev') => ({
  apiVersion: `${group}/v1`,
  kind,
  group,
  plural,
});

const cases: [string, Finding, State, RegExp][] = [
  ['the lowest Kubernetes', judgeVersion({ minor: '34', gitVersion: 'v1.34.0' }), 'ok', /v1\.34\.0/],
  ["a provider's spelling", judgeVersion({ minor: '35+', gitVersion: 'v1.35.1-x' }), 'ok', /v1\.35\.1/],
  ['an older one', judgeVersion({ minor: '33', gitVersion: 'v1.33.9' }), 'missing', /1\.34 or newer/],

  ['a ready node', judgeNodes([node(true), node(false)]), 'ok', /1 of 2 ready \(amd64\)/],
  ['no node', judgeNodes([]), 'missing', /there is none/],
  ['a cordoned node', judgeNodes([node(true, 'amd64', true)]), 'missing', /uncordon/],
  ['nodes of another kind', judgeNodes([node(true, 's390x')]), 'missing', /amd64 or arm64/],

  ['types that are served', judgeTypes('Knative Eventing', [served('Broker', 'brokers')]), 'ok', /all 1/],
  [
    'a type that is not',
    judgeTypes('Knative Eventing', [served('Broker', 'brokers'), served('Trigger', undefined)]),
    'missing',
    /Trigger \(eventing\.knative\.dev\/v1\).*install Knative Eventing/s,
  ],
  [
    "another component's",
    judgeTypes('Knative Eventing', [served('Service', undefined, 'serving.knative.dev')]),
    'ok',
    /all 0/,
  ],

  ['a Knative that was tried', component('1.23.0'), 'ok', /1\.23, 2 Deployments/],
  ['one that is built from source', component('v0.50.0'), 'ok', /1\.23/],
  ['an older one', component('1.21.3'), 'warning', /1\.23 and newer: upgrade/],
  ['one of no version', component('devel'), 'warning', /unknown version \(devel\)/],
  [
    'one without its webhook',
    judgeComponent(COMPONENT, [deployment('controller')]),
    'missing',
    /no Deployment webhook/,
  ],
  [
    'one whose controller is down',
    judgeComponent(COMPONENT, [deployment('controller', false), deployment('webhook')]),
    'missing',
    /not available in knative-serving: controller/,
  ],
  ['one whose extra part is down', component('1.23.0', deployment('extra', false)), 'warning', /extra/],

  [
    'no default Broker',
    judgeBroker({ brokerClass: undefined, channel: undefined, deployments: [] }),
    'missing',
    /Kafka/,
  ],
  [
    'a Broker in memory',
    judgeBroker({ ...mt, deployments: [deployment('mt-broker-controller')] }),
    'warning',
    /lost when its pod dies.*Kafka.*RabbitMQ/s,
  ],
  [
    'a Broker on a durable channel',
    judgeBroker({ ...mt, channel: 'KafkaChannel', deployments: [deployment('mt-broker-controller')] }),
    'ok',
    /KafkaChannel/,
  ],
  ['a Broker that nobody runs', judgeBroker({ ...mt, deployments: [] }), 'missing', /is not there/],
  [
    'a Broker whose controller is down',
    judgeBroker({ ...mt, deployments: [deployment('mt-broker-controller', false)] }),
    'missing',
    /is not available/,
  ],
  [
    'a Kafka Broker',
    judgeBroker({ brokerClass: 'Kafka', channel: undefined, deployments: [deployment('kafka-controller')] }),
    'ok',
    /Kafka/,
  ],
  [
    'a Broker of an unknown class',
    judgeBroker({ brokerClass: 'Own', channel: undefined, deployments: [] }),
    'warning',
    /Own, of which nothing is known/,
  ],

  ['an ingress that is there', judgeIngress(KOURIER, [kourier(true)]), 'ok', /kourier/],
  ['an ingress that is down', judgeIngress(KOURIER, [kourier(false)]), 'missing', /not available/],
  [
    'an ingress that is another one',
    judgeIngress(ingressClass({ data: {} }), [kourier(true)]),
    'missing',
    /istio/,
  ],

  ['no gateway', judgeGateway('k/k', undefined), 'missing', /no Service k\/k/],
  [
    'a gateway without address',
    judgeGateway('k/k', { metadata: { name: 'k' }, spec: { type: 'LoadBalancer' } }),
    'warning',
    /\(LoadBalancer\) has no address.*MetalLB/s,
  ],
  [
    'a gateway at a host name',
    judgeGateway('k/k', {
      metadata: { name: 'k' },
      status: { loadBalancer: { ingress: [{ hostname: 'lb.test' }] } },
    }),
    'ok',
    /lb\.test/,
  ],

  ['a domain of its own', judgeDomain({ data: { _example: 'x', 'apps.test': '' } }), 'ok', /^apps\.test/],
  ['the default domain', judgeDomain({ data: { 'example.com': '' } }), 'warning', /still example\.com/],
  ['no domain', judgeDomain({ data: { _example: 'own.test: ""' } }), 'warning', /names no domain/],
  [
    'a domain for some Services only',
    judgeDomain({ data: { 'some.test': 'selector:\n  app: some\n' } }),
    'warning',
    /names no domain/,
  ],

  ['a Secret with all', judgeSecret(['A', 'B'], { hasNamespace: true, keys: ['B', 'A', 'C'] }), 'ok', /A, B/],
  [
    'a Secret that lacks a key',
    judgeSecret(['A', 'B'], { hasNamespace: true, keys: ['A'] }),
    'missing',
    /lacks B\n.*edit secret cite.*docs\/install\.md, step 3/,
  ],
  [
    'no Secret',
    judgeSecret(['A'], { hasNamespace: true, keys: undefined }),
    'missing',
    /docs\/install\.md, step 3 \(Namespaces and Secrets\).*REDIS_PASSWORD/,
  ],
  [
    'a Namespace that is still to come',
    judgeSecret(['A'], { hasNamespace: false, keys: undefined }),
    'warning',
    /no Namespace cite-system.*\n.*docs\/install\.md, step 3/,
  ],

  ['a registry', judgeRegistry('r.test', [{ status: 200 }]), 'ok', /every node/],
  [
    'a registry that asks who it is',
    judgeRegistry('r.test', [{ fault: 'no TLS' }, { status: 401 }]),
    'ok',
    /r\.test/,
  ],
  ['a web server', judgeRegistry('r.test', [{ status: 404 }]), 'missing', /it answers 404/],
  [
    'nobody',
    judgeRegistry('r.test', [{ fault: 'not found' }, { fault: 'not found' }]),
    'missing',
    /: not found\n/,
  ],

  ['all rights', judgeRights([], 9), 'ok', /9 rights/],
  [
    'rights that are missing',
    judgeRights([right('create', 'pods'), right('patch', 'pods'), right('bind', 'roles')], 9),
    'missing',
    /you may not create\/patch pods\n/,
  ],
  [
    'no right to give rights',
    judgeRights([right('escalate', 'clusterroles', 'rbac.authorization.k8s.io')], 9),
    'warning',
    /escalate clusterroles\.rbac/,
  ],
];

describe('preflight judges', () => {
  it.each(cases)('%s', (_what, { says, remedy, state }, expected, words) => {
    expect(state).toBe(expected);
    expect(`${says}\n${remedy ?? ''}`).toMatch(words);
    // What is not as it should be has a remedy, always.
    expect(remedy !== undefined).toBe(state !== 'ok');
  });

  it.each([
    ['1.23.4', 23],
    ['v1.22.0', 22],
    ['v0.49.1', 22],
    ['devel', undefined],
    ['10.1', undefined],
    [undefined, undefined],
  ])('%s is minor %s of Knative', (version, minor) => expect(knativeMinor(version)).toBe(minor));

  it("the platform's Namespace may have a default Broker of its own", () => {
    const text = `
clusterDefault: { brokerClass: MTChannelBasedBroker, kind: ConfigMap, name: imc }
namespaceDefaults: { cite-system: { brokerClass: Kafka } }`;
    expect(defaultBroker({ data: { 'default-br-config': text } })).toEqual({ brokerClass: 'Kafka' });
    expect(defaultBroker(undefined)).toBeUndefined();
  });

  it('the step that whoever lacks the Secret is sent to is in the manual', () => {
    const { remedy = '' } = judgeSecret(['A'], { hasNamespace: true, keys: undefined });
    const [, file = '', step, title] = /(docs\/\S+\.md), step (\d) \((.+?)\)/.exec(remedy) ?? [];
    expect(readFileSync(file, 'utf8')).toContain(`\n## ${step}. ${title}\n`);
  });

  it('the report has a line for each check, aligned, and then the remedies', () => {
    const text = report([
      { title: 'Kubernetes', state: 'ok', says: 'v1.34.4' },
      { title: 'Broker', state: 'warning', says: 'in memory', remedy: 'use Kafka.' },
      { title: 'Secret', state: 'missing', says: 'lacks A\nand B', remedy: 'add it.' },
    ]);
    expect(text.split('\n')).toEqual([
      'ok       Kubernetes  v1.34.4',
      'warning  Broker      in memory',
      'missing  Secret      lacks A and B',
      '',
      'What to do:',
      '  Broker: use Kafka.',
      '  Secret: add it.',
      '',
      'Not ready: 1 missing, 1 to look at.',
    ]);
  });
});
