import { afterAll, beforeAll, describe, test } from 'vitest';
import { clusterContract } from './cluster.ts';
import { type ApiServer, noApiServer, startApiServer } from './kubernetes/api-server.ts';
import { buildObjectTests } from './kubernetes/build-objects.ts';
import { crdTests } from './kubernetes/crd.ts';
import { objectTests } from './kubernetes/objects.ts';
import { refusalTests } from './kubernetes/refusals.ts';
import { rightsTests } from './kubernetes/rights.ts';
import { routeTests } from './kubernetes/routes.ts';
import { kubernetesWorld } from './kubernetes/world.ts';

if (noApiServer) test.skip(`cluster on Kubernetes ${noApiServer}`, () => {});
else
  describe('Kubernetes', () => {
    let started: ApiServer | undefined;
    const server = () => {
      if (!started) throw new Error('the API server was not started');
      return started;
    };
    beforeAll(async () => {
      started = await startApiServer();
    });
    afterAll(() => started?.close());

    clusterContract('cluster', () => kubernetesWorld(server()));
    describe('the objects that it makes', () => objectTests(server));
    describe('the routes that it makes', () => routeTests(server));
    describe('the Jobs that it makes', () => buildObjectTests(server));
    describe('refusals', () => refusalTests(server));
    describe('the rights of the functions', () => rightsTests(server));
    describe('the CRD', () => crdTests(server));
  });
