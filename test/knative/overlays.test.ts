import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig, type Variable } from '../../shared/runtime/config.ts';
import { noKubectl, type Rendered, render } from './rendered.ts';

const DEFAULT_BROKER = 'http://broker-ingress.knative-eventing.svc.cluster.local/cite-system/cite';
const KAFKA_BROKER = 'http://kafka-broker-ingress.knative-eventing.svc.cluster.local/cite-system/cite';
const CLASS = 'eventing.knative.dev/broker.class';
const MIN_SCALE = 'autoscaling.knative.dev/min-scale';

const ofKind = (objects: readonly Rendered[], kind: string) => objects.filter((one) => one.kind === kind);
const functionsIn = (objects: readonly Rendered[]) =>
  ofKind(objects, 'Service').filter(({ apiVersion }) => apiVersion.startsWith('serving.knative.dev/'));
const containersOf = ({ spec }: Rendered) => spec?.template?.spec?.containers ?? [];
const settingsIn = (objects: readonly Rendered[]) =>
  ofKind(objects, 'ConfigMap').find(({ metadata }) => metadata.name === 'cite')?.data ?? {};
const brokerClass = (objects: readonly Rendered[]) =>
  ofKind(objects, 'Broker').map(({ metadata }) => metadata.annotations?.[CLASS]);
const keptUp = (objects: readonly Rendered[]) =>
  functionsIn(objects)
    .filter(({ spec }) => spec?.template?.metadata?.annotations?.[MIN_SCALE] !== undefined)
    .map(({ metadata }) => metadata.name);
const stores = (objects: readonly Rendered[]) =>
  ofKind(objects, 'StatefulSet').map(({ metadata }) => metadata.name);

const identities = (objects: readonly Rendered[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

/** An overlay of somebody's own that adds this component to another one. */
function renderWith(component: string, overlay: string): readonly Rendered[] {
  const folder = mkdtempSync(join(tmpdir(), 'cite-overlay-'));
  try {
    cpSync('knative', folder, { recursive: true });
    const own = join(folder, 'overlays', 'own');
    mkdirSync(own);
    writeFileSync(
      join(own, 'kustomization.yaml'),
      `resources: [../${overlay}]\ncomponents: [../../components/${component}]\n`,
    );
    return render(own);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (noKubectl) test.skip(`the overlays: ${noKubectl}`, () => {});
else {
  const names = ['small', 'external-redis', 'production'];
  const rendered = new Map(names.map((name) => [name, render(`knative/overlays/${name}`)]));
  const overlay = (name: string) => rendered.get(name) ?? [];

  describe.each([...rendered])('the overlay %s', (_name, objects) => {
    test('has the settings in one ConfigMap, whose name is always the same', () => {
      expect(
        ofKind(objects, 'ConfigMap').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
      ).toEqual(['cite-system/cite']);
    });

    test('has every setting that a function does not start without, and none that no function knows', () => {
      const settings = settingsIn(objects);
      const wanted = functionsIn(objects)
        .flatMap(containersOf)
        .flatMap(({ env = [] }) => env)
        .flatMap(({ valueFrom }) => valueFrom?.configMapKeyRef ?? [])
        .filter(({ optional }) => !optional)
        .map(({ key }) => key);
      expect(Object.keys(settings)).toEqual(expect.arrayContaining([...new Set(wanted)]));
      readConfig(settings, Object.keys(settings) as Variable[]);
    });

    test('starts every function from the one image that it names', () => {
      const images = functionsIn(objects)
        .flatMap(containersOf)
        .map(({ image }) => image);
      expect(images).toHaveLength(readdirSync('functions').length);
      expect(new Set(images)).toEqual(new Set(['registry.example.com/cite:0.1.0']));
    });
  });

  test.each([
    { name: 'small', promise: 'a Redis of its own', redis: ['redis'] },
    { name: 'external-redis', promise: 'no Redis', redis: [] },
    { name: 'production', promise: 'no Redis', redis: [] },
  ])('$name brings $promise', ({ name, redis }) => {
    expect(stores(overlay(name))).toEqual(redis);
  });

  test.each(['small', 'external-redis'])(
    "%s takes the cluster's default broker, and keeps nothing up",
    (name) => {
      expect(brokerClass(overlay(name))).toEqual([undefined]);
      expect(settingsIn(overlay(name)).BROKER_URL).toBe(DEFAULT_BROKER);
      expect(keptUp(overlay(name))).toEqual([]);
    },
  );

  test('production takes the Kafka broker at its own address, and keeps the webhook up alone', () => {
    expect(brokerClass(overlay('production'))).toEqual(['Kafka']);
    expect(settingsIn(overlay('production')).BROKER_URL).toBe(KAFKA_BROKER);
    expect(keptUp(overlay('production'))).toEqual(['receive-webhook']);
  });

  test('the component pull-secret gives the Secret to every service account of the platform, and copies to Apps', () => {
    const usedBy = (objects: readonly Rendered[]) =>
      ofKind(objects, 'ServiceAccount').filter(({ imagePullSecrets }) =>
        imagePullSecrets?.some(({ name }) => name === 'cite-pull'),
      );
    const objects = renderWith('pull-secret', 'small');
    expect(usedBy(objects)).toEqual(ofKind(objects, 'ServiceAccount'));
    expect(settingsIn(objects).PULL_SECRET).toBe('true');
    expect(usedBy(overlay('small'))).toEqual([]);
    expect(settingsIn(overlay('small')).PULL_SECRET).toBe('false');
  });

  test('with the component without-secrets-source nothing watches Secrets, and nothing else is missing', () => {
    const left = identities(renderWith('without-secrets-source', 'small'));
    expect(identities(overlay('small')).filter((one) => !left.includes(one))).toEqual([
      'ServiceAccount secrets-source',
      'ClusterRole cite-secrets-source',
      'ClusterRoleBinding cite-secrets-source',
      'ApiServerSource secrets',
    ]);
  });
}
