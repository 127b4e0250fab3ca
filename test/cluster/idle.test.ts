import { beforeAll, describe, expect, test } from 'vitest';
import { docker } from './files.ts';
import { noCluster } from './machine.ts';
import { untilIdle } from './platform-pods.ts';
import { type ClusterWorld, openWorld, SCENES } from './world.ts';

if (noCluster) test.skip(`scaling to zero ${noCluster}`, () => {});
else
  describe('while nobody pushes', SCENES, () => {
    let world: ClusterWorld;
    beforeAll(async () => {
      world = await openWorld();
    }, 600_000);

    test('no function has a pod, Apps answer, and the next push goes live', async () => {
      const { repository, app } = await world.anApp(docker.answering('before'), { name: 'sleeper' });
      await app.untilLive('before');
      await untilIdle(world.machine);
      expect(await app.visit()).toBe('before');
      const began = performance.now();
      const commit = await repository.push(docker.answering('after'));
      await app.untilLive('after');
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      process.stderr.write(
        `the first push after idle was live after ${seconds} s, its build and start included\n`,
      );
      expect(await app.verdict(commit)).toBe('deployed as r2');
    });
  });
