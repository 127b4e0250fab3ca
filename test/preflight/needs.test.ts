import { expect, test } from 'vitest';
import { readNeeds } from '../../scripts/preflight/needs.ts';

test('what is asked of a cluster is what the manifests use', () => {
  const { types, secretKeys } = readNeeds('knative/base');
  const names = types.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
  expect(names).toEqual([...new Set(names)]);
  expect(names).toEqual(
    expect.arrayContaining([
      'v1 Namespace',
      'apiextensions.k8s.io/v1 CustomResourceDefinition',
      'serving.knative.dev/v1 Service',
      'serving.knative.dev/v1beta1 DomainMapping',
      'eventing.knative.dev/v1 Trigger',
      'sources.knative.dev/v1 ApiServerSource',
    ]),
  );
  expect(names.filter((name) => /kustomize|Kustomization/.test(name))).toEqual([]);
  // What only an overlay adds, and what a function can do without, is not asked for.
  expect(secretKeys).toEqual(['API_TOKEN', 'GITHUB_TOKEN', 'REDIS_URL', 'WEBHOOK_SECRET']);
});
