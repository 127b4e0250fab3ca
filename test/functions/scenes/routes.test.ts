import { expect } from 'vitest';
import { RetryableError } from '../../../shared/domain/errors.ts';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP, type World } from './world.ts';

const A = sha('a');

const told = async (w: World) => {
  const { status } = await w.theApp(SHOP);
  const route = status.conditions.find(({ type }) => type === 'RouteReady');
  return { url: status.url, status: route?.status, reason: route?.reason };
};

/** What Knative's controller writes is told of as a change of the mapping, whose label names the App. */
const mappingChanged = (w: World, labels: object) =>
  w.publish({
    type: 'dev.knative.apiserver.resource.update',
    subject: '/apis/serving.knative.dev/v1beta1/namespaces/acme/domainmappings/shop.acme.test',
    data: { metadata: { labels } },
    extensions: { kind: 'DomainMapping', namespace: 'acme', name: 'shop.acme.test' },
  });

scene('a gateway that is away keeps no release from going live', async (w) => {
  await w.app();
  await w.deploy(A);
  w.interventions.around = (call, run) => {
    if (call === 'cluster.ensureRoutes') throw new RetryableError('the gateway is away');
    return run();
  };
  await w.edit({ env: { A: '1' } });
  await w.settle();
  expect(await w.live()).toBe(2);
  expect(await told(w)).toMatchObject({ status: 'Unknown', reason: 'Unreachable' });
});

scene('a gateway that is away is asked until it is back', async (w) => {
  await w.app();
  await w.deploy(A);
  const before = await told(w);
  // More often than what the first of them writes wakes the function.
  let misses = 3;
  w.interventions.around = (call, run) => {
    if (call === 'cluster.ensureRoutes' && misses-- > 0) throw new RetryableError('the gateway is away');
    return run();
  };
  await w.edit({ replicas: 2 });
  await w.settle();
  expect(misses).toBeLessThan(0);
  expect(await told(w)).toEqual(before);
});

scene('a change of a route is looked at for its App, and for no other', async (w) => {
  await w.app();
  await w.deploy(A);
  const asked: unknown[] = [];
  w.interventions.around = (call, run, args) => {
    if (call === 'cluster.ensureRoutes') asked.push(args[0]);
    return run();
  };
  mappingChanged(w, { 'app.kubernetes.io/managed-by': 'cite', 'cite.dev/app': 'shop' });
  mappingChanged(w, { 'app.kubernetes.io/managed-by': 'cite' });
  await w.settle();
  expect(asked).toMatchObject([SHOP]);
});

scene(
  'an App that only the cluster is to reach says where it is, at once and without a release',
  async (w) => {
    await w.app();
    await w.deploy(A);
    await w.edit({ expose: 'cluster' });
    await w.settle();
    expect(await told(w)).toEqual({
      url: 'http://shop.acme.svc.cluster.local',
      status: 'True',
      reason: 'ClusterOnly',
    });
    expect(await w.cluster.listWorkloads()).toHaveLength(1);
  },
);

scene('an App that goes takes its routes away, an earlier one’s too, then gives up its hosts', async (w) => {
  await w.app();
  await w.deploy(A);
  const calls: unknown[] = [];
  w.interventions.around = (call, run, args) => {
    if (/ensureRoutes|deleteService|releaseHosts/.test(call)) calls.push([call, ...args]);
    return run();
  };
  await w.cluster.deleteApp(SHOP);
  await w.settle();
  const app = expect.objectContaining(SHOP);
  expect(calls).toEqual([
    ['cluster.ensureRoutes', app, []],
    ['cluster.deleteService', app],
    ['cluster.releaseHosts', app],
  ]);
  expect(await w.cluster.getApp(SHOP)).toBeUndefined();
});
