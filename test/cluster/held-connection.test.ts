import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { visited } from '../../scripts/chaos/app.ts';
import { until } from '../e2e/until.ts';
import { noCluster } from './machine.ts';
import { type ClusterWorld, openWorld, SCENES } from './world.ts';

/** Longer than a sweep takes to come, and well within an App's 30 s between SIGTERM and SIGKILL. */
const LONG_MS = 15_000;

if (noCluster) test.skip(`connections held open at a ClusterIP ${noCluster}`, () => {});
else
  describe('a connection that is held open at the ClusterIP', SCENES, () => {
    let world: ClusterWorld;
    beforeAll(async () => {
      world = await openWorld();
    }, 600_000);

    /** One connection, as long as the other side keeps it. */
    function connection(host: string) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      let opened = 0;
      let socket: Socket | undefined;
      return {
        opened: () => opened,
        isOpen: () => socket?.closed === false,
        ask: (path = '/') =>
          new Promise<string>((resolve, reject) => {
            const asking = request({ host, port: 80, path, agent }, (res) => {
              res.toArray().then((parts) => resolve(Buffer.concat(parts).toString()), reject);
            });
            asking.once('socket', (taken) => {
              socket = taken;
              if (!asking.reusedSocket) opened++;
            });
            asking.once('error', reject).end();
          }),
        close: () => agent.destroy(),
      };
    }

    test('stays with the release that it began on, and is drained when the standby ends', async () => {
      const { kubectl } = world.machine;
      // By the builder's own recipe: it must hand the signal on.
      const { Dockerfile: _, ...files } = visited(1);
      const { app } = await world.anApp(files, { name: 'held' });
      await app.untilLive('r1');
      const service = ['get', 'service', app.name, '-o', 'jsonpath={.spec.clusterIP}'];
      const ip = await kubectl('-n', app.namespace, ...service);
      const newConnection = () =>
        fetch(`http://${ip}/`, { headers: { connection: 'close' } }).then((res) => res.text(), String);
      await until('the node knows the Service', newConnection, (said) => said === 'r1');
      const held = connection(ip);
      expect(await held.ask()).toBe('r1');

      await app.wish('redeploy');
      await app.untilLive('r2');
      await app.untilSettled();
      await until('the node knows of the switch', newConnection, (said) => said === 'r2');
      expect(await held.ask()).toBe('r1');
      expect(held.opened()).toBe(1);

      const long = held.ask(`/long?ms=${LONG_MS}`);
      await app.set({ retention: { standbySeconds: 0, releases: 10 } });
      await world.api('POST', '/api/sweep', { by: 'ann' });
      const pods = ['get', 'pods', '-l', `cite.dev/app=${app.name},cite.dev/release=r1`];
      await until(
        'the pod of r1 is asked to end',
        () => kubectl('-n', app.namespace, ...pods, '-o', 'jsonpath={.items[*].metadata.deletionTimestamp}'),
        (at) => at !== '',
        LONG_MS,
      );
      expect(await long).toBe('r1 begins, r1 ends');
      await until(
        'the app closes it',
        async () => held.isOpen(),
        (open) => !open,
      );
      expect(await held.ask()).toBe('r2');
      expect(held.opened()).toBe(2);
      held.close();
    });
  });
