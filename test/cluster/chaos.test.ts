import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../e2e/app.ts';
import { until } from '../e2e/until.ts';
import { docker } from './files.ts';
import { REDIS_PASSWORD } from './install.ts';
import { noCluster } from './machine.ts';
import { functionPods } from './platform-pods.ts';
import { tick } from './ticks.ts';
import { visitorsOf } from './visitors.ts';
import { type ClusterWorld, openWorld } from './world.ts';

const SCENES = { timeout: 900_000 };
const PUSHES = 20;

interface Delivery {
  readonly id: number;
  readonly guid: string;
  readonly status_code: number;
}
const isAccepted = ({ status_code }: Delivery) => status_code >= 200 && status_code < 300;

if (noCluster) test.skip(`misfortunes on a cluster ${noCluster}`, () => {});
else
  describe('on a cluster where things die', SCENES, () => {
    let world: ClusterWorld;
    beforeAll(async () => {
      world = await openWorld();
    }, 600_000);

    /** Ends one pod of a function after the other, without grace, until it is told to stop; gives how many. */
    function killer(): { stop(): Promise<number> } {
      let killed = 0;
      let going = true;
      const all = (async () => {
        while (going) {
          const pods = await functionPods(world.machine);
          const victim = pods[Math.floor(Math.random() * pods.length)];
          if (victim) {
            const options = ['--grace-period=0', '--force', '--wait=false', '--ignore-not-found'];
            await world.machine.kubectl('-n', 'cite-system', 'delete', victim, ...options);
            killed += 1;
          }
          await sleep(1500);
        }
      })();
      return {
        async stop() {
          going = false;
          await all;
          return killed;
        },
      };
    }

    test('every push has its verdict while functions are killed at random', async () => {
      const { repository, app } = await world.anApp(docker.answering('start'), { name: 'hunted' });
      await app.untilLive('start');
      const killing = killer();
      const commits: string[] = [];
      for (let i = 1; i <= PUSHES; i++) {
        commits.push(await repository.push(docker.answering(`push ${i}`)));
        await sleep(2000);
      }
      const killed = await killing.stop();
      // What a killed function left undone is found by resync, which comes every five minutes: here it comes now. A delivery
      // whose receiver was killed was never accepted, and GitHub sends none twice: a person presses its button.
      const settled = await until(
        'every push has its verdict',
        async () => {
          await redeliverFailed(repository.name);
          await tick(world.machine, 'resync');
          await sleep(5000);
          return app.changes();
        },
        (changes) =>
          commits.every((commit) =>
            changes.some((change) => change.commit === commit && change.state === 'ended'),
          ),
        600_000,
      );
      const verdicts = commits.map((sha) => settled.find(({ commit }) => commit === sha)?.verdict?.outcome);
      process.stderr.write(`${killed} pods killed during ${PUSHES} pushes: ${verdicts.join(', ')}\n`);
      expect(killed).toBeGreaterThan(5);
      expect(verdicts.at(-1)).toBe('deployed');
      const others = settled.filter(({ verdict }) => !/^(deployed|superseded)$/.test(verdict?.outcome ?? ''));
      expect(others.map(({ reason }) => reason)).toEqual([]);
      await app.untilLive(`push ${PUSHES}`);
    });

    test('while Redis restarts and then loses everything, Apps answer, and the next push and rollback work', async () => {
      const { repository, app } = await world.anApp(docker.answering('one'), { name: 'forgotten' });
      await app.untilLive('one');
      const visitors = visitorsOf(app, 50);

      await world.machine.kubectl('-n', 'cite-system', 'delete', 'pod', 'redis-0');
      await world.machine.kubectl(
        '-n',
        'cite-system',
        'rollout',
        'status',
        'statefulset/redis',
        '--timeout=120s',
      );
      await repository.push(docker.answering('two'));
      await liveAtLast(app, 'two');

      await wipe();
      await repository.push(docker.answering('three'));
      await app.untilLive('three');
      expect((await app.wish('activate', { release: 1 })).status).toBeLessThan(300);
      await app.untilLive('one');

      const visits = await visitors.leave();
      expect(visits.failures).toEqual([]);
      expect([...visits.versions.keys()].sort()).toEqual(['one', 'three', 'two']);
    });

    /** A delivery that came while there was no Redis was refused: resync, which comes every five minutes, finds the head. */
    async function liveAtLast(app: App, version: string): Promise<void> {
      await until(
        `${version} is live`,
        async () => {
          await tick(world.machine, 'resync');
          await sleep(3000);
          return app.visit();
        },
        (seen) => seen === version,
        300_000,
      );
    }

    async function redeliverFailed(repository: string): Promise<void> {
      const [hook] = (await world.github('GET', `/${repository}/hooks`)).body;
      const path = `/${repository}/hooks/${hook.id}/deliveries`;
      const deliveries: readonly Delivery[] = (await world.github('GET', `${path}?per_page=100`)).body;
      const accepted = new Set(deliveries.filter(isAccepted).map(({ guid }) => guid));
      for (const { id, guid } of deliveries.filter((one) => !isAccepted(one)))
        if (!accepted.has(guid)) await world.github('POST', `${path}/${id}/attempts`);
    }

    async function wipe(): Promise<void> {
      const ip = await world.machine.kubectl(
        '-n',
        'cite-system',
        'get',
        'service',
        'redis',
        '-o',
        'jsonpath={.spec.clusterIP}',
      );
      const client = createClient({ url: `redis://:${REDIS_PASSWORD}@${ip}:6379` });
      await client.connect();
      await client.flushAll();
      client.destroy();
    }
  });
