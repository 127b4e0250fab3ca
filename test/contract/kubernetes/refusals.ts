import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DeniedError, RetryableError } from '../../../shared/domain/errors.ts';
import { eventually, freshNamespace, specOf } from '../cluster/world.ts';
import type { ApiServer } from './api-server.ts';
import { clusterOf } from './world.ts';

export function refusalTests(server: () => ApiServer): void {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cite-kubeconfig-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  const edited = async (name: string, edit: (text: string) => string) => {
    const file = join(directory, name);
    await writeFile(file, edit(await readFile(server().kubeconfig, 'utf8')));
    return clusterOf(file);
  };

  test('a right that is missing is named, and waited for', async () => {
    const namespace = freshNamespace();
    const { core } = server().connection;
    await core.createNamespace({ body: { metadata: { name: namespace } } });
    await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: 'weak' } } });
    const { status } = await core.createNamespacedServiceAccountToken({
      namespace,
      name: 'weak',
      body: { spec: { audiences: [] } },
    });
    const weak = await edited('weak', (text) => text.replace(/token: [^}\n]*/, `token: ${status?.token}`));
    const refused = await weak.createApp({ namespace, name: 'web' }, specOf('acme')).catch((error) => error);
    expect(refused).toBeInstanceOf(DeniedError);
    expect(refused.message).toContain('cannot create resource "apps"');
    await expect(weak.getApp({ namespace, name: 'web' })).rejects.toThrow(DeniedError);
  });

  test('a quota that is used up is named, and once there is room it goes on', async () => {
    const namespace = freshNamespace();
    const cluster = clusterOf(server().kubeconfig);
    const { core } = server().connection;
    await cluster.createNamespace(namespace, 'acme');
    const spec = { hard: { 'count/secrets': '0' } };
    await core.createNamespacedResourceQuota({ namespace, body: { metadata: { name: 'small' }, spec } });
    const write = () => cluster.writeSecret(namespace, 'db', { KEY: 'x' });
    await eventually(async () => {
      const refused = await write().catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(DeniedError);
      expect(String(refused)).toMatch(/exceeded quota: small, .* Raise the ResourceQuota small/);
    });
    await core.deleteNamespacedResourceQuota({ namespace, name: 'small' });
    await eventually(write);
    expect(await cluster.readSecret(namespace, 'db')).toEqual({ KEY: 'x' });
  });

  test('what is there already needs no room in a quota that is used up', async () => {
    const namespace = freshNamespace();
    const cluster = clusterOf(server().kubeconfig);
    const { core } = server().connection;
    await cluster.createNamespace(namespace, 'acme');
    const app = await cluster.createApp({ namespace, name: 'web' }, specOf('acme'));
    await cluster.ensureService(app);
    await cluster.writeSecret(namespace, 'db', { KEY: 'x' });
    const spec = { hard: { 'count/services': '1', 'count/secrets': '1' } };
    await core.createNamespacedResourceQuota({ namespace, body: { metadata: { name: 'full' }, spec } });
    await eventually(async () => {
      const { status } = await core.readNamespacedResourceQuota({ namespace, name: 'full' });
      expect(status?.used).toMatchObject({ 'count/services': '1', 'count/secrets': '1' });
    });
    await cluster.ensureService(app);
    await cluster.writeSecret(namespace, 'db', { KEY: 'y' });
    expect(await cluster.readSecret(namespace, 'db')).toEqual({ KEY: 'y' });
    await expect(cluster.writeSecret(namespace, 'more', {})).rejects.toThrow(DeniedError);
  });

  test('an API server that nobody answers for may be back later', async () => {
    const gone = await edited('gone', (text) => text.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'));
    const ref = { namespace: 'any', name: 'web' };
    await expect(gone.getApp(ref)).rejects.toThrow(RetryableError);
    await expect(gone.deleteApp(ref)).rejects.toThrow(RetryableError);
    await expect(gone.listWorkloads()).rejects.toThrow(RetryableError);
  });

  test('a Namespace that is going away takes nothing new', async () => {
    const namespace = freshNamespace();
    const { core } = server().connection;
    await clusterOf(server().kubeconfig).createNamespace(namespace, 'acme');
    const body = { metadata: { name: 'stays', finalizers: ['cite.dev/test'] } };
    await core.createNamespacedConfigMap({ namespace, body });
    await core.deleteNamespace({ name: namespace });
    const made = clusterOf(server().kubeconfig).createApp({ namespace, name: 'web' }, specOf('acme'));
    await expect(made).rejects.toThrow(/being terminated/);
    await core.deleteNamespacedConfigMap({ namespace, name: 'stays' });
    const done = [{ op: 'remove', path: '/metadata/finalizers' }];
    await core.patchNamespacedConfigMap({ namespace, name: 'stays', body: done });
  });
}
