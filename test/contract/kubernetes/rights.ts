import { setTimeout as delay } from 'node:timers/promises';
import type { V1ResourceAttributes } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergePatch } from '../../../shared/adapters/kubernetes/connection.ts';
import type { App } from '../../../shared/domain/app.ts';
import { InvalidError } from '../../../shared/domain/errors.ts';
import type { Cluster } from '../../../shared/ports/cluster.ts';
import { installKnativeCrds, noKnativeTypes, ROUTING } from '../../support/knative-crds.ts';
import { eventually, freshNamespace, specOf } from '../cluster/world.ts';
import type { ApiServer } from './api-server.ts';
import { installRights, SYSTEM } from './rights/accounts.ts';
import { exercises } from './rights/exercises.ts';
import { accounts, type Right, rightsOf, type Scope } from './rights/manifests.ts';
import { type Asked, recordRequests } from './rights/recorder.ts';
import { accountOf, functionFolders, usesOf } from './rights/uses.ts';
import { BUILDS, clusterOf } from './world.ts';

/** What a function does, besides, where Cite has no rights: registering, saying that it was refused, letting go. */
const beyond: Readonly<Record<string, readonly (keyof Cluster)[]>> = {
  console: ['getApp', 'createApp', 'foreignService', 'getService', 'listWorkloads'],
  createService: ['getApp', 'appStatus', 'setAppStatus', 'updateApp', 'removeFinalizer'],
};
/** Everybody may meet an App that went with its Namespace. */
const always: readonly (keyof Cluster)[] = ['getApp'];

/** The right that no call asks for: a binding is checked against it. */
const isCalled = (right: Right) => right !== 'cluster bind rbac.authorization.k8s.io/clusterroles';

export function rightsTests(server: () => ApiServer): void {
  let installed: Awaited<ReturnType<typeof installRights>> | undefined;
  const as = (account: string) => {
    if (!installed) throw new Error('the rights were not installed');
    return installed.as(account);
  };
  const admin = () => clusterOf(server().kubeconfig);
  /** One Namespace that Cite manages, and one that says nothing of it. */
  const [managed, strange] = [freshNamespace(), freshNamespace()];

  beforeAll(async () => {
    installed = await installRights(server());
    await admin().createNamespace(managed, 'acme');
    await server().connection.core.createNamespace({ body: { metadata: { name: strange } } });
    if (!noKnativeTypes) await installKnativeCrds(server().connection, ROUTING);
    await eventually(() => as('create-service').cluster.grantRights(managed));
  });
  afterAll(() => installed?.remove());

  describe('each function has exactly the rights that its calls ask for', () => {
    const newApp = (namespace: string, name: string): Promise<App> =>
      admin().createApp({ namespace, name }, specOf('acme'));

    test.for(functionFolders)('%s', async (folder, { skip }) => {
      const uses = usesOf(folder);
      if (noKnativeTypes && uses.some(({ verb }) => verb === 'ensureRoutes')) skip(noKnativeTypes);
      const account = accountOf(folder);
      const { cluster, token } = as(account);
      const recorder = recordRequests(token);
      try {
        const stage = {
          cluster,
          admin: admin(),
          connection: server().connection,
          follows: folder === 'console',
        };
        const there = await newApp(managed, account);
        const elsewhere = await newApp(strange, account);
        for (const { verb, all } of uses) {
          await exercises[verb]({ ...stage, app: there, all });
          if (always.includes(verb) || beyond[folder]?.includes(verb))
            await exercises[verb]({ ...stage, app: elsewhere, all });
        }
      } finally {
        recorder.stop();
      }
      expect(recorder.asked.filter(({ status }) => status === 403)).toEqual([]);
      expect(needed(recorder.asked, strange)).toEqual(rightsOf(account).filter(isCalled));
    });
  });

  /** Whether the API server lets a service account do it. */
  const may = async (account: string, attributes: Attributes): Promise<boolean> => {
    const user = `system:serviceaccount:${SYSTEM}:${account}`;
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${SYSTEM}`, 'system:authenticated'];
    const { authorization } = server().connection;
    const review = { spec: { user, groups, resourceAttributes: attributes } };
    return (await authorization.createSubjectAccessReview({ body: review })).status?.allowed === true;
  };
  const whoMay = async (attributes: Attributes): Promise<string[]> => {
    const answers = await Promise.all(accounts.map(async (account) => may(account, attributes)));
    return accounts.filter((_, i) => answers[i]).toSorted();
  };

  test('in a Namespace that Cite manages each may do its own, and nothing of another', async () => {
    for (const right of inTenants()) {
      const owners = accounts.filter((account) =>
        rightsOf(account).some((own) => own.replace(/^(cluster|tenant) /, '') === right),
      );
      expect(await whoMay({ ...attributesOf(right), namespace: managed }), right).toEqual(owners.toSorted());
    }
  });

  test("a binding of the name that is somebody else's is not believed", async () => {
    const namespace = freshNamespace();
    await admin().createNamespace(namespace, 'acme');
    const body = {
      metadata: { name: 'cite-tenant-create-service' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    };
    await server().connection.rbac.createNamespacedRoleBinding({ namespace, body });
    await expect(as('create-service').cluster.grantRights(namespace)).rejects.toThrow(
      /is not Cite's. Delete it/,
    );
  });

  test('in any other Namespace each may do only what it may everywhere', async () => {
    for (const right of inTenants()) {
      const owners = accounts.filter((account) => rightsOf(account).includes(`cluster ${right}`));
      expect(await whoMay({ ...attributesOf(right), namespace: strange }), right).toEqual(owners.toSorted());
    }
  });

  test.each<[string, () => Attributes, readonly string[]]>([
    [
      'reads a Secret of a managed Namespace but those that give it to pods or to people, or post by it',
      () => ({ ...secrets, verb: 'get', namespace: managed }),
      ['console', 'create-service', 'notify', 'secrets-source', 'start-release'],
    ],
    [
      'lists Secrets but the source that watches them',
      () => ({ ...secrets, verb: 'list', namespace: managed }),
      ['secrets-source'],
    ],
    [
      'reads a Secret of another Namespace but that source',
      () => ({ ...secrets, verb: 'get', namespace: strange }),
      ['secrets-source'],
    ],
    [
      "reads the platform's own Secret but that source",
      () => ({ ...secrets, verb: 'get', namespace: SYSTEM, name: 'cite' }),
      ['secrets-source'],
    ],
    [
      'reads the pull Secret but who hands it on',
      () => ({ ...secrets, verb: 'get', namespace: SYSTEM, name: 'cite-pull' }),
      ['create-service', 'secrets-source'],
    ],
    [
      'reads the credential of a clone but that source',
      () => ({ ...secrets, verb: 'get', namespace: BUILDS }),
      ['secrets-source'],
    ],
    [
      'makes a Namespace but the console',
      () => ({ group: '', resource: 'namespaces', verb: 'create' }),
      ['console'],
    ],
    ['changes a Namespace', () => ({ group: '', resource: 'namespaces', verb: 'patch', name: managed }), []],
    ['deletes a Namespace', () => ({ group: '', resource: 'namespaces', verb: 'delete', name: managed }), []],
    [
      'binds a role but createService',
      () => ({ ...roles, resource: 'rolebindings', verb: 'create', namespace: managed }),
      ['create-service'],
    ],
    [
      'changes a binding',
      () => ({ ...roles, resource: 'rolebindings', verb: 'patch', namespace: managed }),
      [],
    ],
    ['binds a role everywhere', () => ({ ...roles, resource: 'clusterrolebindings', verb: 'create' }), []],
    [
      'binds the role of an administrator',
      () => ({ ...roles, resource: 'clusterroles', verb: 'bind', name: 'cluster-admin' }),
      [],
    ],
    ['writes a role', () => ({ ...roles, resource: 'clusterroles', verb: 'create' }), []],
    [
      'runs a command in a pod',
      () => ({ group: '', resource: 'pods', subresource: 'exec', verb: 'create', namespace: managed }),
      [],
    ],
    ['makes a pod', () => ({ group: '', resource: 'pods', verb: 'create', namespace: managed }), []],
    [
      'speaks for another',
      () => ({
        group: '',
        resource: 'serviceaccounts',
        subresource: 'token',
        verb: 'create',
        namespace: SYSTEM,
      }),
      [],
    ],
    [
      'changes an object of the platform',
      () => ({ group: 'serving.knative.dev', resource: 'services', verb: 'patch', namespace: SYSTEM }),
      [],
    ],
  ])('nobody %s', async (_title, attributes, expected) => {
    expect(await whoMay(attributes())).toEqual(expected);
  });

  describe('with the token of a service account', () => {
    const bind = (account: string, namespace: string, role: string) =>
      as(account).connection.rbac.createNamespacedRoleBinding({
        namespace,
        body: {
          metadata: { name: `test-${role}` },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
          subjects: [{ kind: 'ServiceAccount', name: account, namespace: SYSTEM }],
        },
      });
    const denied = { code: 403 };

    test('createService binds no role but those of the functions', async () => {
      await expect(bind('create-service', managed, 'cluster-admin')).rejects.toMatchObject(denied);
      await expect(bind('create-service', managed, 'edit')).rejects.toMatchObject(denied);
      await bind('create-service', managed, 'cite-tenant-on-push');
    });

    test('createService binds nowhere but in Namespaces that Cite manages, and to nobody else', async () => {
      const { rbac } = as('create-service').connection;
      const to = (subjectNamespace: string, namespace: string) =>
        rbac.createNamespacedRoleBinding({
          namespace,
          body: {
            metadata: { name: `test-${freshNamespace()}` },
            roleRef: {
              apiGroup: 'rbac.authorization.k8s.io',
              kind: 'ClusterRole',
              name: 'cite-tenant-notify',
            },
            subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: subjectNamespace }],
          },
        });
      // A policy is in force some time after it was made.
      await eventually(async () => {
        for (const namespace of [strange, 'default', 'kube-system', SYSTEM, BUILDS])
          await expect(to(SYSTEM, namespace)).rejects.toThrow(/cite-tenant-bindings/);
      });
      await expect(to(managed, managed)).rejects.toThrow(/own service accounts alone/);
      await to(SYSTEM, managed);
    });

    test.each(['console', 'start-release', 'switch-selector'])('%s binds none', async (account) => {
      await expect(bind(account, managed, `cite-tenant-${account}`)).rejects.toMatchObject(denied);
    });

    test('Secrets cannot be read where Cite has no rights, nor listed anywhere', async () => {
      for (const account of ['create-service', 'start-release', 'console', 'notify']) {
        const { core } = as(account).connection;
        await expect(core.readNamespacedSecret({ namespace: strange, name: 'keys' })).rejects.toMatchObject(
          denied,
        );
        await expect(core.readNamespacedSecret({ namespace: SYSTEM, name: 'cite' })).rejects.toMatchObject(
          denied,
        );
        await expect(core.listNamespacedSecret({ namespace: managed })).rejects.toMatchObject(denied);
        await expect(core.listSecretForAllNamespaces()).rejects.toMatchObject(denied);
      }
    });

    test("a Namespace that is not Cite's takes no write of anybody", async () => {
      const at = { namespace: strange, name: 'web' };
      const body = { metadata: { name: 'web' } };
      for (const account of accounts) {
        const { core, apps } = as(account).connection;
        await expect(core.patchNamespacedService({ ...at, body: {} })).rejects.toMatchObject(denied);
        await expect(core.createNamespacedSecret({ ...at, body })).rejects.toMatchObject(denied);
        await expect(core.createNamespacedConfigMap({ ...at, body })).rejects.toMatchObject(denied);
        await expect(apps.deleteNamespacedDeployment(at)).rejects.toMatchObject(denied);
      }
    });

    test('nobody but the console makes a Namespace', async () => {
      for (const account of accounts.filter((name) => name !== 'console')) {
        const made = as(account).connection.core.createNamespace({
          body: { metadata: { name: freshNamespace() } },
        });
        await expect(made).rejects.toMatchObject(denied);
      }
    });

    test('those that never call the cluster are not let in', async () => {
      for (const account of ['receive-webhook', 'on-dead-letter'])
        await expect(as(account).connection.core.listNamespace()).rejects.toMatchObject(denied);
    });
  });

  test('createService goes on when the rights that it has given are in force, not before', async () => {
    const { rbac } = server().connection;
    const namespace = freshNamespace();
    await admin().createNamespace(namespace, 'acme');
    const name = 'cite-tenant-create-service';
    const { rules } = await rbac.readClusterRole({ name });
    const withRules = (given: typeof rules) =>
      rbac.patchClusterRole({ name, body: { rules: given } }, mergePatch);
    const own = as('create-service').cluster;
    const steps: string[] = [];
    await withRules([]);
    try {
      const granted = own.grantRights(namespace).then(() => steps.push('goes on'));
      await delay(500);
      steps.push('in force');
      await withRules(rules);
      await granted;
    } finally {
      await withRules(rules);
    }
    expect(steps).toEqual(['in force', 'goes on']);
    expect(await own.foreignService({ namespace, name: 'web' })).toBe(false);
  });

  test('a Namespace that is going gets no rights, and its Apps can go', async () => {
    const { core, rbac } = server().connection;
    const namespace = freshNamespace();
    await admin().createNamespace(namespace, 'acme');
    const own = as('create-service').cluster;
    await own.grantRights(namespace);
    const made = await admin().createApp({ namespace, name: 'web' }, specOf('acme'));
    await own.updateApp(made, { finalizers: ['cite.dev/cleanup'] });
    await core.deleteNamespace({ name: namespace });
    await expect(own.grantRights(namespace)).rejects.toThrow(InvalidError);
    await expect
      .poll(async () => (await rbac.listNamespacedRoleBinding({ namespace })).items, { timeout: 20_000 })
      .toEqual([]);
    await expect(own.grantRights(namespace)).rejects.toThrow(InvalidError);
    const going = await eventually(async () => {
      const app = await own.getApp({ namespace, name: 'web' });
      if (!app?.deleting) throw new Error('the App is not being deleted yet');
      return app;
    });
    await own.updateApp(going, { finalizers: [] });
    await expect.poll(() => own.getApp({ namespace, name: 'web' })).toBeUndefined();
  });
}

type Attributes = V1ResourceAttributes;
const roles = { group: 'rbac.authorization.k8s.io' };
const secrets = { group: '', resource: 'secrets' };

/** The rights that these requests need: what is asked everywhere is not counted in one Namespace too. */
function needed(asked: readonly Asked[], strange: string): Right[] {
  const scopes: Readonly<Record<string, Scope>> = {
    [BUILDS]: 'builds',
    [SYSTEM]: 'system',
    [strange]: 'cluster',
  };
  const scopeOf = ({ namespace, resource }: Asked): Scope => {
    // Bindings come before all other rights in a Namespace.
    if (namespace === undefined || resource.startsWith('rbac.')) return 'cluster';
    return scopes[namespace] ?? 'tenant';
  };
  const rights = new Set<Right>();
  for (const one of asked) {
    // Everybody may ask what he may.
    if (!one.resource.startsWith('authorization.')) rights.add(`${scopeOf(one)} ${one.verb} ${one.resource}`);
  }
  const everywhere = (right: Right) => right.replace(/^\w+/, 'cluster') as Right;
  return [...rights]
    .filter((right) => right.startsWith('cluster ') || !rights.has(everywhere(right)))
    .toSorted();
}

/** Every right that somebody has in tenants' Namespaces, without its scope. */
const inTenants = () => {
  const all = accounts.flatMap(rightsOf).filter((right) => right.startsWith('tenant '));
  return [...new Set(all.map((right) => right.replace(/^tenant /, '')))].toSorted();
};

function attributesOf(right: string): Attributes {
  const [verb = '', path = ''] = right.split(' ');
  const [group = '', resource = '', subresource] = path.split('/');
  return { verb, group, resource, ...(subresource === undefined ? {} : { subresource }) };
}
