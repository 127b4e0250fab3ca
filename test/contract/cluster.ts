import { afterAll, beforeAll, describe } from 'vitest';
import { appsContract } from './cluster/apps.ts';
import { buildJobsContract } from './cluster/build-jobs.ts';
import { namespacesContract } from './cluster/namespaces.ts';
import { podsContract } from './cluster/pods.ts';
import { routesContract } from './cluster/routes.ts';
import { secretsContract } from './cluster/secrets.ts';
import { servicesContract } from './cluster/services.ts';
import { workloadsContract } from './cluster/workloads.ts';
import type { ClusterWorld } from './cluster/world.ts';

export type { BuildEnding, ClusterWorld } from './cluster/world.ts';

/** What every adapter of the Cluster port holds to: the doc comments of shared/ports/cluster.ts, as tests. */
export function clusterContract(name: string, open: () => Promise<ClusterWorld>): void {
  describe(name, () => {
    let opened: ClusterWorld | undefined;
    const world = () => {
      if (!opened) throw new Error('the world was not opened');
      return opened;
    };
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());

    describe('namespaces', () => namespacesContract(world));
    describe('apps', () => appsContract(world));
    describe('secrets', () => secretsContract(world));
    describe('services', () => servicesContract(world));
    describe('routes', () => routesContract(world));
    describe('workloads', () => workloadsContract(world));
    describe('pods', () => podsContract(world));
    describe('build jobs', () => buildJobsContract(world));
  });
}
