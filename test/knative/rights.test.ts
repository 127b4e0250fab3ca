import { describe, expect, test } from 'vitest';
import { readManifests } from '../../scripts/local/broker/manifests.ts';
import { tenantFunctions, tenantRole } from '../../shared/adapters/kubernetes/rights.ts';
import {
  accounts,
  kustomization,
  type Right,
  rightsFiles,
  rightsObjects,
  rightsOf,
} from '../contract/kubernetes/rights/manifests.ts';
import { accountOf, functionFolders } from '../contract/kubernetes/rights/uses.ts';

const manifests = readManifests('knative/base');
const functions = functionFolders.map(accountOf);
const sources = manifests.sources.map(({ metadata }) => `${metadata.name}-source`);
const named = (name: string) => rightsObjects.filter(({ metadata }) => metadata.name === name);
const isWrite = (right: Right) => !/ (get|list|watch) /.test(right);

describe('the rights', () => {
  test('are all installed', () => {
    expect(kustomization.resources.toSorted()).toEqual(rightsFiles.toSorted());
  });

  test('are those of the functions and the sources, one service account each', () => {
    expect(accounts.toSorted()).toEqual([...functions, ...sources].toSorted());
    for (const { kind, metadata, subjects } of rightsObjects) {
      const owner = subjects?.[0]?.name ?? metadata.labels['app.kubernetes.io/name'];
      expect(accounts, `${kind} ${metadata.name}`).toContain(owner);
      expect(metadata.labels['app.kubernetes.io/part-of'], `${kind} ${metadata.name}`).toBe('cite');
    }
  });

  test.each(manifests.services)('$metadata.name runs under its own service account', ({ metadata, spec }) => {
    expect(spec.template.spec.serviceAccountName).toBe(metadata.name);
  });

  test.each(manifests.sources)('the source $metadata.name watches under its own', ({ metadata, spec }) => {
    expect(spec.serviceAccountName).toBe(`${metadata.name}-source`);
  });

  test.each(manifests.sources)(
    'the source $metadata.name may watch what it selects, and no more',
    (source) => {
      const kinds = source.spec.resources.map(({ apiVersion, kind }) => {
        const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
        return `${group}/${kind.toLowerCase()}s`;
      });
      const watched = kinds.flatMap((kind) =>
        ['get', 'list', 'watch'].map((verb) => `cluster ${verb} ${kind}`),
      );
      expect(rightsOf(`${source.metadata.name}-source`)).toEqual(watched.toSorted());
    },
  );

  test('are all named: no wildcard', () => {
    for (const { kind, metadata, rules } of rightsObjects) {
      for (const { apiGroups, resources, resourceNames = [], verbs } of rules)
        expect(
          [...apiGroups, ...resources, ...resourceNames, ...verbs],
          `${kind} ${metadata.name}`,
        ).not.toContain('*');
    }
  });

  test('write nothing everywhere, but to register Apps and to give rights and hosts', () => {
    const writes = accounts.flatMap((account) =>
      rightsOf(account)
        .filter((right) => right.startsWith('cluster ') && isWrite(right))
        .map((right) => `${account}: ${right.replace('cluster ', '')}`),
    );
    expect(writes.toSorted()).toEqual([
      'console: create /namespaces',
      'console: create cite.dev/apps',
      'create-service: bind rbac.authorization.k8s.io/clusterroles',
      'create-service: create networking.internal.knative.dev/clusterdomainclaims',
      'create-service: create rbac.authorization.k8s.io/rolebindings',
      'create-service: delete networking.internal.knative.dev/clusterdomainclaims',
      'create-service: patch cite.dev/apps',
      'create-service: patch cite.dev/apps/status',
    ]);
  });

  test('in tenants are given to exactly the functions that have some', () => {
    const roles = rightsObjects.filter(({ metadata }) => metadata.name.startsWith(tenantRole('')));
    expect(roles.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted()).toEqual(
      tenantFunctions.map((fn) => `ClusterRole ${tenantRole(fn)}`),
    );
    const [giver] = named('cite-create-service').filter(({ kind }) => kind === 'ClusterRole');
    const bound = giver?.rules.find(({ verbs }) => verbs.includes('bind'));
    expect(bound).toMatchObject({ verbs: ['bind'], resourceNames: tenantFunctions.map(tenantRole) });
  });

  test.each(['receive-webhook', 'on-dead-letter'])('%s has none, and no token', (account) => {
    expect(rightsOf(account)).toEqual([]);
    expect(named(account)[0]?.automountServiceAccountToken).toBe(false);
  });
});
