import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { docker } from './files.ts';
import { install } from './install.ts';
import { noCluster } from './machine.ts';
import { visitorsOf } from './visitors.ts';
import { type ClusterWorld, openWorld, SCENES } from './world.ts';

const run = promisify(execFile);

if (noCluster) test.skip(`installing on a cluster ${noCluster}`, () => {});
else
  describe('an installation', SCENES, () => {
    let world: ClusterWorld;
    beforeAll(async () => {
      world = await openWorld();
    }, 600_000);

    const kubectl = (...args: string[]) => world.machine.kubectl(...args);

    /** What was asked for: the generation counts changes of it, the status does not. */
    const generations = () =>
      kubectl(
        '-n',
        'cite-system',
        'get',
        'ksvc,revisions,triggers,brokers,apiserversources,pingsources,statefulsets,networkpolicies,roles,configmaps',
        '-o',
        'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.generation} {.metadata.uid}{"\\n"}{end}',
      );

    test('passes the preflight', async () => {
      const { stdout } = await run(process.execPath, ['scripts/preflight/preflight.ts'], {
        env: world.machine.env,
      });
      expect(stdout).not.toMatch(/^missing/m);
    });

    test('made twice changes nothing', async () => {
      const before = await generations();
      await install(world.machine, world);
      expect(await generations()).toBe(before);
    });

    test('is restricted by Pod Security everywhere but where builds run', async () => {
      await world
        .anApp(docker.answering('here'), { name: 'guarded' })
        .then(({ app }) => app.untilLive('here'));
      const enforced = async (namespace: string) =>
        kubectl(
          'get',
          'namespace',
          namespace,
          '-o',
          String.raw`jsonpath={.metadata.labels.pod-security\.kubernetes\.io/enforce}`,
        );
      expect(await Promise.all(['cite-system', 'acme', 'cite-builds'].map(enforced))).toEqual([
        'restricted',
        'restricted',
        '',
      ]);
    });

    test('that is upgraded keeps every App live, and goes on deploying', async () => {
      const { repository, app } = await world.anApp(docker.answering('before'), { name: 'upgraded' });
      await app.untilLive('before');
      const visitors = visitorsOf(app, 50);
      await install(world.machine, { ...world, upgrade: 'yes' });
      await repository.push(docker.answering('after'));
      await app.untilLive('after');
      await install(world.machine, world);
      const visits = await visitors.leave();
      expect(visits.failures).toEqual([]);
    });
  });
