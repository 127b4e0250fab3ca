import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { docker } from './files.ts';
import { install } from './install.ts';
import { noCluster } from './machine.ts';
import { visitorsOf } from './visitors.ts';
import { type ClusterWorld, openWorld } from './world.ts';

const SCENES = { timeout: 600_000 };
const run = promisify(execFile);

if (noCluster) test.skip(`uninstalling from a cluster ${noCluster}`, () => {});
else
  describe('uninstalling', SCENES, () => {
    let world: ClusterWorld;
    beforeAll(async () => {
      world = await openWorld();
    }, 600_000);

    const kubectl = (...args: string[]) => world.machine.kubectl(...args);
    const uninstall = (...args: string[]) =>
      run(process.execPath, ['scripts/uninstall/uninstall.ts', '--yes', ...args], { env: world.machine.env });

    /** What of the platform is there, by name. */
    const leftovers = async () => {
      const namespaces = await kubectl(
        'get',
        'namespaces',
        'cite-system',
        'cite-builds',
        '--ignore-not-found',
        '-o',
        'name',
      );
      const cluster = await kubectl(
        'get',
        'clusterroles,clusterrolebindings',
        '-l',
        'app.kubernetes.io/part-of=cite',
        '-o',
        'name',
      );
      const types = await kubectl('get', 'crd', 'apps.cite.dev', '--ignore-not-found', '-o', 'name');
      const bindings = await kubectl('get', 'rolebindings', '-A', '-o', 'name');
      return [
        namespaces,
        cluster,
        types,
        ...bindings.split('\n').filter((name) => name.includes('cite-tenant')),
      ].filter((names) => names !== '');
    };

    test('leaves what runs running and nothing of the platform; registered again, it goes on', async () => {
      const { repository, app } = await world.anApp(docker.answering('one'), { name: 'orphan' });
      await app.untilLive('one');
      const folder = mkdtempSync(join(tmpdir(), 'cite-backup-'));
      const backup = join(folder, 'apps.yaml');
      const visitors = visitorsOf(app, 50);
      try {
        await uninstall('--backup', backup);
        expect(await leftovers()).toEqual([]);

        await kubectl('delete', 'persistentvolume', 'e2e-redis');
        await install(world.machine, world);
        await kubectl('apply', '-f', backup);
        await repository.push(docker.answering('two'));
        await app.untilLive('two');
      } finally {
        rmSync(folder, { recursive: true });
      }
      const { failures } = await visitors.leave();
      expect(failures).toEqual([]);
    });

    test('takes the Apps too where it is asked to', async () => {
      const { app } = await world.anApp(docker.answering('one'), { name: 'goner' });
      await app.untilLive('one');
      await uninstall('--apps');
      expect(await leftovers()).toEqual([]);
      const left = await kubectl(
        '-n',
        app.namespace,
        'get',
        'deployments,services,domainmappings',
        '-o',
        'name',
      );
      expect(left).toBe('');

      await kubectl('delete', 'persistentvolume', 'e2e-redis');
      await install(world.machine, world);
    });
  });
