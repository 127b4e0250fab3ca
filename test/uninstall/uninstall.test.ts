import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { RetryableError } from '../../shared/domain/errors.ts';
import { eventually, newWorkload } from '../contract/cluster/world.ts';
import { type ApiServer, noOwnApiServer, startOwnApiServer } from '../contract/kubernetes/api-server.ts';
import { clusterOf } from '../contract/kubernetes/world.ts';
import { clusterScript } from '../support/cluster-script.ts';
import { installKnativeCrds } from '../support/knative-crds.ts';
import {
  deployApp,
  IMAGE,
  installCrd,
  installPlatform,
  paths,
  platformPaths,
  requests,
  WEB,
} from './installation.ts';

const APPS = '/apis/cite.dev/v1alpha1/namespaces/acme/apps';

if (noOwnApiServer) test.skip(`uninstall on Kubernetes ${noOwnApiServer}`, () => {});
// One story: each test goes on where the one before it ended.
else
  describe('uninstall', { timeout: 120_000 }, () => {
    let server: ApiServer;
    let cwd: string;
    const uninstall = (args: readonly string[], options: { input?: string; killAt?: RegExp } = {}) =>
      clusterScript('uninstall', ['--kubeconfig', server.kubeconfig, ...args], { cwd, ...options });
    const there = (...wanted: string[]) =>
      Promise.all(wanted.map((path) => requests(server.connection).has(path)));
    const all = (count: number, value: boolean) => Array.from({ length: count }, () => value);
    const backups = async () => (await readdir(cwd)).filter((name) => name.endsWith('.yaml'));

    beforeAll(async () => {
      cwd = await mkdtemp(join(tmpdir(), 'cite-uninstall-'));
      server = await startOwnApiServer();
      await installKnativeCrds(server.connection);
      await installPlatform(server);
      await deployApp(server);
    }, 120_000);
    afterAll(async () => {
      await server?.close();
      await rm(cwd, { recursive: true, force: true });
    });

    test('asks first, and does nothing without a yes', async () => {
      const { code, out, err } = await uninstall([], { input: 'no\n' });
      expect(code).toBe(1);
      expect(out).toMatch(/Apps \(acme\/web\): left running/);
      expect(out).toMatch(/Webhooks and collaborators at the code host stay: .*--apps removes them/);
      expect(err).toMatch(/nothing was done\n$/);
      expect(await there(...platformPaths, APPS)).toEqual(all(platformPaths.length + 1, true));
      expect(await backups()).toEqual([]);
    });

    test('killed half way, it goes on when it is run again: no App stops, and nothing of the platform is left', async () => {
      const killed = await uninstall(['--yes', '--backup', 'first.yaml'], {
        killAt: /unregistering acme\/web/,
      });
      expect(killed.code).toBeNull();
      const { code, out, err } = await uninstall(['--yes']);
      expect(err).toBe('');
      expect(code).toBe(0);
      expect(out).toMatch(/The platform is uninstalled\. The Secret cite-pull stays in acme/);
      expect(await there(...platformPaths)).toEqual(all(platformPaths.length, false));
      const { deployment, service, domain, claim, pullSecret, theirs, tenant } = paths;
      expect(await there(deployment, service, domain, claim, pullSecret, theirs, tenant)).toEqual(
        all(7, true),
      );
      // Owned by an App that is gone, they would go too, later.
      for (const path of [deployment, service, domain]) {
        const { metadata } = await requests(server.connection).read(path);
        expect(metadata.ownerReferences, path).toBeUndefined();
      }
      const { live } = (await clusterOf(server.kubeconfig).getService(WEB)) ?? {};
      expect(live).toBe(1);
    });

    test('the Apps are kept as kubectl applies them again, with their release counter', async () => {
      const [app, ...others] = parseAllDocuments(await readFile(join(cwd, 'first.yaml'), 'utf8')).map(
        (document) => document.toJS() as Record<string, unknown>,
      );
      expect(others).toEqual([]);
      expect(app).toEqual({
        apiVersion: 'cite.dev/v1alpha1',
        kind: 'App',
        metadata: {
          namespace: 'acme',
          name: 'web',
          labels: { 'app.kubernetes.io/managed-by': 'cite', 'cite.dev/app': 'web' },
          annotations: { 'cite.dev/last-release': expect.stringContaining('"number":1') },
        },
        spec: expect.objectContaining({ repository: 'acme/shop', env: { KEY: 'value' } }),
      });
    });

    test('never writes over a backup', async () => {
      await installCrd(server);
      await requests(server.connection).post(APPS, {
        apiVersion: 'cite.dev/v1alpha1',
        kind: 'App',
        metadata: { name: 'other' },
        spec: { repository: 'acme/other', branch: 'main' },
      });
      const { code, err } = await uninstall(['--yes', '--backup', 'first.yaml']);
      expect(code).toBe(1);
      expect(err).toMatch(/--backup: first\.yaml cannot be written.*not there yet/s);
      expect(await there(`${APPS}/other`)).toEqual([true]);
    });

    test('an App that somebody had deleted goes with what runs it', async () => {
      const cluster = clusterOf(server.kubeconfig);
      const other = { ...WEB, name: 'other' };
      const app = await cluster.getApp(other);
      if (!app) throw new Error('the App was not registered');
      await cluster.updateApp(app, { finalizers: ['cite.dev/cleanup'] });
      await cluster.createWorkload(newWorkload(app, 1, IMAGE));
      await cluster.deleteApp(other);
      const { code, out } = await uninstall(['--yes']);
      expect(code).toBe(0);
      expect(out).toMatch(/unregistering acme\/other, which was being deleted\n/);
      await eventually(async () => expect(await cluster.listWorkloads(other)).toEqual([]));
      expect(await there(paths.deployment)).toEqual([true]);
    });

    test('run again, there is nothing to do', async () => {
      const { code, out } = await uninstall([]);
      expect(code).toBe(0);
      expect(out).toMatch(
        /\n\nNothing of the platform is here: what runs Apps stays, --apps removes it\.\n$/,
      );
    });

    test('an App that is registered again takes over what was left running', async () => {
      await installCrd(server);
      const cluster = clusterOf(server.kubeconfig);
      const text = await readFile(join(cwd, 'first.yaml'), 'utf8');
      await requests(server.connection).post(APPS, parseAllDocuments(text)[0]?.toJS() as object);
      const app = await cluster.getApp(WEB);
      if (!app) throw new Error('the App was not registered');
      expect(app.lastRelease?.number).toBe(1);
      await cluster.ensureService(app);
      await cluster.createWorkload(newWorkload(app, 2, IMAGE));
      expect((await cluster.listWorkloads(WEB)).map(({ release }) => release.number).sort()).toEqual([1, 2]);
      expect((await cluster.getService(WEB))?.live).toBe(1);
      // A number of the earlier App's is taken for good: hence startRelease counts on after the highest.
      await expect(cluster.createWorkload(newWorkload(app, 1, IMAGE))).rejects.toThrow(RetryableError);
    });

    test('--apps says which App hangs and why, and then removes nothing of the platform', async () => {
      const { post } = requests(server.connection);
      await installPlatform(server);
      await post(paths.cleaner, {
        apiVersion: 'serving.knative.dev/v1',
        kind: 'Service',
        metadata: { name: 'create-service', labels: { 'app.kubernetes.io/part-of': 'cite' } },
        spec: {},
      });
      const cluster = clusterOf(server.kubeconfig);
      const app = await cluster.getApp(WEB);
      if (app) await cluster.updateApp(app, { finalizers: ['cite.dev/cleanup'] });
      const { code, err } = await uninstall(['--apps', '--yes', '--timeout', '1']);
      expect(code).toBe(1);
      expect(err).toMatch(/the App acme\/web hangs, it waits for cite\.dev\/cleanup/);
      expect(err).toMatch(/create-service, which has to, is not ready/);
      expect(await there(...platformPaths.slice(0, 5), `${APPS}/web`)).toEqual(all(6, true));
    });

    test('--apps without a platform removes what was made for Apps, and nothing of anybody else', async () => {
      await requests(server.connection).remove(`${paths.cleaner}/create-service`);
      const { code, out, err } = await uninstall(['--apps', '--yes']);
      expect(err).toBe('');
      expect(code).toBe(0);
      expect(out).toMatch(/webhooks and collaborators at the code host stay/);
      expect(await there(...platformPaths)).toEqual(all(platformPaths.length, false));
      const { deployment, service, domain, claim, pullSecret, theirs, tenant } = paths;
      expect(await there(deployment, service, domain, claim, pullSecret)).toEqual(all(5, false));
      expect(await there(theirs, tenant)).toEqual([true, true]);
      const again = await uninstall(['--apps', '--yes']);
      expect(again.out).toMatch(/\n\nNothing of the platform is here\.\n$/);
    });
  });
