import { HTTP } from 'cloudevents';
import { describe, expect, test } from 'vitest';
import { type ClusterChange, clusterEvents, selects } from '../../scripts/local/broker/cluster-events.ts';
import { binaryHeaders } from '../../scripts/local/broker/event.ts';
import { passes } from '../../scripts/local/broker/filter.ts';
import { readManifests } from '../../scripts/local/broker/manifests.ts';
import { parseClusterEvent } from '../../shared/domain/events.ts';

const { sources, triggers } = readManifests('knative/base');
const managed = { 'app.kubernetes.io/managed-by': 'cite' };
const change = (over: Partial<ClusterChange>): ClusterChange => ({
  kind: 'Deployment',
  namespace: 'acme',
  name: 'web-r1',
  uid: 'u1',
  verb: 'update',
  labels: { ...managed, 'cite.dev/app': 'web', 'cite.dev/release': 'r1' },
  resourceVersion: '7',
  ...over,
});
const events = (over: Partial<ClusterChange>) =>
  clusterEvents(sources, change(over), 'id', new Date('2026-11-20T10:00:00Z'));
const woken = (over: Partial<ClusterChange>) =>
  events(over).flatMap(({ attributes }) =>
    triggers.filter(({ spec }) => passes(spec.filters, attributes)).map(({ metadata }) => metadata.name),
  );

describe('a change in the cluster of one machine', () => {
  test('is the event that ApiServerSource makes of it', () => {
    const [event] = events({});
    expect(event?.attributes).toMatchObject({
      type: 'dev.knative.apiserver.resource.update',
      subject: '/apis/apps/v1/namespaces/acme/deployments/web-r1',
      apiversion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'acme',
      name: 'web-r1',
      time: '2026-11-20T10:00:00.000Z',
    });
    expect(JSON.parse(event?.data.toString() ?? '')).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        namespace: 'acme',
        name: 'web-r1',
        uid: 'u1',
        resourceVersion: '7',
        labels: { ...managed, 'cite.dev/app': 'web', 'cite.dev/release': 'r1' },
      },
    });
  });

  test('is read by functions as one of Kubernetes is', () => {
    const [event] = events({});
    if (!event) throw new Error('no event');
    const headers = binaryHeaders(event) as Record<string, string>;
    const received = HTTP.toEvent({ headers, body: event.data.toString() });
    expect(parseClusterEvent(received)).toMatchObject({
      kind: 'Deployment',
      namespace: 'acme',
      name: 'web-r1',
      labels: { 'cite.dev/app': 'web' },
    });
  });

  test('to a Secret says which one, and nothing of it', () => {
    const [event] = events({ kind: 'Secret', name: 'keys', labels: managed });
    expect(event?.attributes.type).toBe('dev.knative.apiserver.ref.update');
    expect(JSON.parse(event?.data.toString() ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      namespace: 'acme',
      name: 'keys',
    });
  });

  test.each([
    ['App', { kind: 'App', labels: managed }, ['create-service']],
    ['Secret', { kind: 'Secret', labels: managed }, ['create-service']],
    ["Secret that is a release's copy", { kind: 'Secret' }, []],
    ['Deployment', {}, ['switch-selector']],
    ['Pod', { kind: 'Pod' }, ['switch-selector']],
    ['EndpointSlice', { kind: 'EndpointSlice', verb: 'delete' as const }, ['switch-selector']],
    ['Job of a build', { kind: 'Job', labels: { 'cite.dev/build': 'k' } }, ['on-build']],
    ['Pod of a build', { kind: 'Pod', labels: { ...managed, 'cite.dev/build': 'k' } }, ['on-build']],
    [
      'DomainMapping that was made for an App',
      { kind: 'DomainMapping', verb: 'delete' as const },
      ['create-service'],
    ],
    ["somebody else's DomainMapping", { kind: 'DomainMapping', labels: {} }, []],
    ["somebody else's Deployment", { labels: {} }, []],
    ["somebody else's Job", { kind: 'Job', labels: {} }, []],
    ['Service', { kind: 'Service' }, []],
    ['Namespace', { kind: 'Namespace', labels: managed }, []],
  ])('%s wakes exactly who it concerns', (_name, over, functions) => {
    expect(woken(over)).toEqual(functions);
  });
});

describe('a label selector', () => {
  const expression = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', ...values: string[]) => ({
    matchLabels: {},
    matchExpressions: [{ key: 'tier', operator, values }],
  });

  test.each([
    ['empty, takes everything', { matchLabels: {}, matchExpressions: [] }, {}, true],
    ['by label', { matchLabels: { tier: 'web' }, matchExpressions: [] }, { tier: 'web' }, true],
    ['by another label', { matchLabels: { tier: 'web' }, matchExpressions: [] }, { tier: 'db' }, false],
    ['by a name that every object has', { matchLabels: { toString: 'x' }, matchExpressions: [] }, {}, false],
    ['In', expression('In', 'web', 'db'), { tier: 'db' }, true],
    ['In, without the label', expression('In', 'web'), {}, false],
    ['NotIn', expression('NotIn', 'web'), { tier: 'db' }, true],
    ['NotIn, without the label', expression('NotIn', 'web'), {}, true],
    ['Exists', expression('Exists'), { tier: '' }, true],
    ['DoesNotExist', expression('DoesNotExist'), { tier: '' }, false],
  ])('%s', (_name, selector, labels, expected) => {
    expect(selects(selector, labels)).toBe(expected);
  });
});
