import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '../e2e/until.ts';
import { docker } from './files.ts';
import { noCluster, restartRegistry, stopRegistry } from './machine.ts';
import { tick } from './ticks.ts';
import { type ClusterWorld, openWorld, SCENES } from './world.ts';

if (noCluster) test.skip(`faults of a cluster ${noCluster}`, () => {});
else
  describe('a fault of the cluster', SCENES, () => {
    let world: ClusterWorld;
    beforeAll(async () => {
      world = await openWorld();
    }, 600_000);

    /** What `cite why` says of the commit, once it says that. */
    const why = (commit: string, words: RegExp) =>
      until(
        `cite why says ${words}`,
        async () => (await world.cite('why', commit)).out,
        (said) => words.test(said),
        world.patienceMs,
      );

    test('a registry that is away holds the push up until it is back, and the log says so', async () => {
      const { repository, app } = await world.anApp(docker.answering('one'), { name: 'unpushed' });
      await app.untilLive('one');
      stopRegistry();
      try {
        const commit = await repository.push(docker.answering('two'));
        await why(commit, /building: its registry cannot be used/);
        const { out } = await world.cite('logs', app.address, '--build');
        expect(out).toMatch(/connection refused[\s\S]*Tried again in 10 s/);
        expect(await app.visit()).toBe('one');
      } finally {
        await restartRegistry();
      }
      await app.untilLive('two');
    });

    test('a quota that is used up is named, and the release goes on when there is room', async () => {
      const { repository, app } = await world.anApp(docker.answering('one'), { name: 'cramped' });
      await app.untilLive('one');
      const count = (await world.machine.kubectl('-n', 'acme', 'get', 'pods', '-o', 'name')).split(
        '\n',
      ).length;
      await world.machine.apply(
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: { name: 'cramped', namespace: 'acme' },
          spec: { hard: { pods: String(count) } },
        }),
      );
      try {
        const commit = await repository.push(docker.answering('two'));
        await why(commit, /exceeded quota: cramped/);
        expect(await app.visit()).toBe('one');
      } finally {
        await world.machine.kubectl('-n', 'acme', 'delete', 'resourcequota', 'cramped');
      }
      await app.untilLive('two');
    });

    test('pods that no node has room for are said to be so, and smaller ones go live', async () => {
      const { repository, app } = await world.anApp(docker.answering('one'), { name: 'huge' });
      await app.untilLive('one');
      await app.set({ resources: { requests: { cpu: '64' } } });
      const commit = await repository.git('rev-parse', 'HEAD');
      await why(commit, /Insufficient cpu/);
      expect(await app.visit()).toBe('one');
      await app.set({ resources: { requests: { cpu: '10m' } } });
      await until(
        'the smaller release is live',
        async () => (await app.releases()).find(({ state }) => state === 'live')?.number,
        (live) => live === 3,
        world.patienceMs,
      );
    });

    test('a token that GitHub does not accept is named on the App, and its pushes go live when it is mended', async () => {
      const { repository, app } = await world.anApp(docker.answering('one'), { name: 'expired' });
      await app.untilLive('one');
      await setToken('ghp_of-last-year-expired');
      let commit: string;
      try {
        commit = await repository.push(docker.answering('two'));
        await until(
          'the App says what to do',
          async () => {
            await world.machine.kubectl(
              '-n',
              'acme',
              'annotate',
              'app',
              'expired',
              `looked=${Date.now()}`,
              '--overwrite',
            );
            return world.machine.kubectl(
              '-n',
              'acme',
              'get',
              'app',
              'expired',
              '-o',
              'jsonpath={.status.conditions}',
            );
          },
          (conditions) => /GitHub does not accept the token\. Give one/.test(conditions),
          world.patienceMs,
        );
        expect(await app.visit()).toBe('one');
      } finally {
        await setToken(world.gitHost.token);
      }
      await until(
        'the push is live',
        async () => {
          // What nobody heard is found by the next tick.
          await tick(world.machine, 'resync');
          return app.visit();
        },
        (seen) => seen === 'two',
        world.patienceMs * 2,
      );
      expect(await app.verdict(commit)).toBe('deployed as r2');
    });

    /** Functions read it when they start: those that run are ended. */
    async function setToken(token: string): Promise<void> {
      const { kubectl } = world.machine;
      const data = JSON.stringify({ stringData: { GITHUB_TOKEN: token } });
      await kubectl('-n', 'cite-system', 'patch', 'secret', 'cite', '--type=merge', '-p', data);
      await kubectl(
        '-n',
        'cite-system',
        'delete',
        'pods',
        '-l',
        'serving.knative.dev/service',
        '--wait=false',
      );
    }
  });
