import { expect } from 'vitest';
import { RetryableError } from '../../../shared/domain/errors.ts';
import type { CiteEvent } from '../../../shared/domain/events.ts';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP, type World } from './world.ts';

const [A, B, C] = [sha('a'), sha('b'), sha('c')];

scene('one event that cannot be sent stops no other in resync', async (w) => {
  const STAGING = { namespace: 'acme', name: 'staging' };
  await w.app();
  await w.app(STAGING, { branch: 'staging' });
  await w.settle();
  await w.push(A, { told: false });
  await w.push(B, { branch: 'staging', told: false });
  w.interventions.around = (call, run, [event]) => {
    const isOfShop = (event as CiteEvent | undefined)?.subject === 'acme/shop';
    if (call === 'events.emit' && isOfShop) throw new RetryableError('the broker does not take it');
    return run();
  };
  w.resync();
  await w.settle();
  expect(await w.live()).toBeUndefined();
  expect(await w.live(STAGING)).toBe(1);
});

/** At once: a process that comes after it finds nothing to go on with. */
function loseEverything(w: World): never {
  w.queue.dropAll();
  w.wipe();
  return w.interventions.die();
}

/** Moments of a second push at which the store is lost, and what is live then. */
const stages: Record<string, { readonly live: number; readonly reach: (w: World) => Promise<void> }> = {
  builds: {
    live: 1,
    reach: async (w) => {
      await w.push(B, { on: A });
      await w.deliver();
    },
  },
  starts: {
    live: 1,
    reach: async (w) => {
      await w.push(B, { on: A });
      await w.deliver();
      await w.buildEnds(B);
      await w.deliver();
    },
  },
  'has its number alone': {
    live: 1,
    reach: async (w) => {
      w.interventions.before('cluster.createWorkload', () => loseEverything(w));
      await stages.starts?.reach(w);
      expect(await w.workload(2)).toBeUndefined();
    },
  },
  'is switched to': {
    live: 2,
    reach: async (w) => {
      await stages.starts?.reach(w);
      // No event is left to go on with.
      w.interventions.after('cluster.switchService', () => {
        w.queue.dropAll();
        w.interventions.die();
      });
      w.pods.ready(SHOP, 2);
      await w.deliverOne();
    },
  },
  'is live': { live: 2, reach: (w) => w.deploy(B, A) },
};

for (const [stage, { live, reach }] of Object.entries(stages)) {
  scene(
    `a store that is lost while a release ${stage} loses nothing that is live, and the next push works`,
    async (w) => {
      await w.app();
      await w.deploy(A);
      await reach(w);
      w.wipe();
      expect(await w.live()).toBe(live);
      await w.settle();
      w.advance(120);
      w.resync();
      await w.settle();
      expect((await w.theApp()).lastRelease?.commit, 'the head is deployed all the same').toBe(B);
      expect(w.host.lastStatus(B), 'its commit waits for nothing').toMatchObject({
        state: 'success',
        description: expect.stringMatching(/^(deployed as r[23]|skipped: r3 is of this commit)$/),
      });
      const head = await w.live();
      expect(head).toBeGreaterThan(1);
      await w.deploy(C, B);
      expect(await w.live()).toBe((head ?? 0) + 1);
      expect(await w.story(C)).toBe(`deployed as r${await w.live()}`);
    },
  );
}

scene(
  'a configuration that has its number alone is released though the store has lost its Change',
  async (w) => {
    await w.app();
    await w.deploy(A);
    // The status of the commit stays that of its push: the head is nobody's concern.
    w.queue.delay({ type: 'dev.cite.change.updated' });
    w.interventions.before('cluster.createWorkload', () => loseEverything(w));
    await w.edit({ env: { TILL: '2' } });
    await w.settle();
    w.advance(120);
    w.resync();
    await w.settle();
    const { lastRelease } = await w.theApp();
    expect(lastRelease?.number).toBeGreaterThan(1);
    expect(await w.live()).toBe(lastRelease?.number);
  },
);

scene('a webhook that comes again just after the store was lost leaves its release alone', async (w) => {
  await w.app();
  await w.push(A);
  await w.deliver();
  await w.buildEnds(A);
  await w.deliver();
  expect((await w.theApp()).lastRelease?.number).toBe(1);
  w.wipe();
  const [sent] = w.host.records.sent;
  if (sent) w.host.toSend.push(sent);
  await w.settle();
  w.pods.ready(SHOP, 1);
  w.advance(300);
  w.resync();
  await w.settle();
  expect(await w.live()).toBe(1);
  expect(await w.story(A)).toBe('deployed as r1');
});

scene('a store that is lost while a push is looked at once more leaves its release alone', async (w) => {
  await w.app();
  let isLost = false;
  w.interventions.around = (call, run) => {
    if (call === 'store.judgeDelivery' && !isLost) throw new RetryableError('the store is away');
    return run();
  };
  await w.push(A);
  await w.deliver();
  await w.buildEnds(A);
  await w.deliver();
  w.pods.ready(SHOP, 1);
  await w.deliver();
  expect(await w.live()).toBe(1);
  // Between its two looks at the store, onPush alone asks for the Build.
  w.interventions.before('store.getBuild', () => {
    isLost = true;
    w.wipe();
  });
  await w.settle();
  w.advance(300);
  w.resync();
  await w.settle();
  expect(isLost).toBe(true);
  const others = (await w.changes()).filter(({ reason }) => reason !== 'deployed as r1');
  expect(others, 'what is live was deployed, and nothing else is said').toEqual([]);
  expect(w.host.lastStatus(A)).toMatchObject({ state: 'success', description: 'deployed as r1' });
});
