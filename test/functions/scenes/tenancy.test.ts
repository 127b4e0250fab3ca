import { expect } from 'vitest';
import { DeniedError, InvalidError } from '../../../shared/domain/errors.ts';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP } from './world.ts';

const [A, B] = [sha('a'), sha('b')];

const SPY = { namespace: 'evil', name: 'spy' };

scene(
  'an App in a Namespace of another owner is neither built nor released, nor heard of on its commits',
  async (w) => {
    await w.app(SPY, { repository: 'acme/private' });
    await w.settle();
    await w.push(A, { repository: 'acme/private' });
    await w.settle();
    expect(await w.changes(SPY)).toEqual([]);
    expect(w.host.lastStatus(A)).toBeUndefined();
    expect(await w.cluster.listBuildJobs()).toEqual([]);
    expect(await w.cluster.listWorkloads()).toEqual([]);
  },
);

scene('nor is one that is refused for its Namespace as well', async (w) => {
  const hidden = { namespace: 'default', name: 'spy' };
  await w.app(hidden, { repository: 'acme/private' });
  await w.settle();
  await w.push(A, { repository: 'acme/private' });
  w.resync();
  await w.settle();
  expect(await w.changes(hidden)).toEqual([]);
  expect(w.host.lastStatus(A)).toBeUndefined();
});

scene(
  'an App that was accepted, and whose repository is edited then, is refused what it may not have',
  async (w) => {
    await w.app();
    await w.deploy(A);
    await w.edit({ repository: 'other/private' });
    await w.push(B, { repository: 'other/private' });
    await w.settle();
    expect((await w.changes()).map(({ commit }) => commit)).toEqual([A]);
    expect(await w.cluster.listWorkloads()).toHaveLength(1);
    expect(await w.live()).toBe(1);
  },
);

scene('what is being built while the repository is edited is not released', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
  await w.deliver();
  await w.edit({ repository: 'other/private' });
  await w.settle();
  expect((await w.changeOf(B)).verdict?.outcome).toBe('refused');
  expect(await w.live()).toBe(1);
});

scene(
  'a Change that says it is building is not built for an App that may not have it any more',
  async (w) => {
    await w.app();
    await w.settle();
    w.interventions.before('cluster.startBuildJob', async () => {
      await w.edit({ repository: 'other/private' });
      w.interventions.die();
    });
    await w.push(A);
    await w.settle();
    w.advance(120);
    w.resync();
    await w.settle();
    expect(await w.cluster.listBuildJobs()).toEqual([]);
    expect((await w.changeOf(A)).verdict?.outcome).toBe('refused');
  },
);

scene('a refused App that is accepted later is deployed by the next push', async (w) => {
  await w.app(SHOP, { repository: 'other/shop' });
  await w.push(A, { repository: 'other/shop' });
  await w.settle();
  expect(await w.changes()).toEqual([]);
  await w.edit({ repository: 'acme/shop' });
  await w.deploy(B);
  expect(await w.live()).toBe(1);
});

const noRights = () => {
  throw new InvalidError('namespace', 'acme is not a Namespace that Cite manages', 'Annotate it.');
};

scene(
  'an App has no finalizer before the rights to do what it promises, and says why it waits',
  async (w) => {
    const { around } = w.interventions;
    w.interventions.around = (call, run) => (call === 'cluster.grantRights' ? noRights() : run());
    await w.app();
    await w.settle();
    const { finalizers, status } = await w.theApp();
    expect(finalizers).toEqual([]);
    expect(status.conditions).toMatchObject([
      { type: 'Accepted', status: 'False', reason: 'NamespaceNotPrepared' },
    ]);

    w.interventions.around = around;
    w.advance(300);
    w.resync();
    await w.deploy(A);
    expect(await w.live()).toBe(1);
  },
);

scene("an App can be deleted where Cite's rights are gone", async (w) => {
  await w.app();
  await w.deploy(A);
  w.interventions.around = (call, run) => {
    if (call === 'cluster.grantRights') noRights();
    if (/ensureRoutes|deleteService|deleteWorkload/.test(call)) throw new DeniedError('it is forbidden.');
    return run();
  };
  await w.cluster.deleteApp(SHOP);
  await w.settle();
  expect(await w.cluster.getApp(SHOP)).toBeUndefined();
});
