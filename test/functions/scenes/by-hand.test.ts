import { expect } from 'vitest';
import { ownEvent } from '../../../shared/domain/events.ts';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP, type World } from './world.ts';

const [A, B, C] = [sha('a'), sha('b'), sha('c')];

/** r2 is live, r1 can take over. */
async function twoReleases(w: World): Promise<void> {
  await w.app();
  await w.deploy(A);
  await w.deploy(B, A);
}

async function round(w: World): Promise<void> {
  w.advance(300);
  w.resync();
  await w.settle();
}

const epoch = async (w: World) => (await w.cluster.getService(SHOP))?.epoch ?? 0;

/** What somebody does with kubectl, and what the world is once the platform has looked. */
const edits: Record<
  string,
  {
    readonly edit: (w: World) => unknown;
    readonly live: number;
    readonly told: readonly string[];
  }
> = {
  'selects a standby that is ready': {
    edit: (w) => w.select(1),
    live: 1,
    told: ['SelectorEdited: Not by Cite: the selector was set to r1, which was on standby: it stays live.'],
  },
  'selects a release that is not there': {
    edit: (w) => w.select(99),
    live: 2,
    told: ['SelectorEdited: Not by Cite: the Service selects r99, which does not run: r2 is selected again.'],
  },
  'selects nothing': {
    edit: (w) => w.select(undefined),
    live: 2,
    told: ['SelectorEdited: Not by Cite: the Service selects nothing: r2 is selected again.'],
  },
  'deletes the Service': {
    edit: (w) => w.cluster.deleteService(SHOP),
    live: 2,
    told: ['SelectorEdited: Not by Cite: the Service selects nothing: r2 is selected again.'],
  },
  'takes the pods of what is live': {
    edit: async (w) => {
      const live = await w.workload(2);
      if (live) await w.cluster.updateWorkload(live, { replicas: 0 });
    },
    live: 2,
    told: ['SelectorEdited: Not by Cite: the Service selects r2, which does not run: it is started.'],
  },
  'deletes the Workload of what is live': {
    edit: async (w) => {
      const live = await w.workload(2);
      if (live) await w.cluster.deleteWorkload(live);
    },
    // The standby at once, then what was live anew.
    live: 3,
    told: ['SelectorEdited: Not by Cite: the Service selects r2, which does not run: r1 is selected again.'],
  },
};

for (const [what, { edit, live, told }] of Object.entries(edits))
  scene(`somebody ${what}: the App serves, consistently, and says so once`, async (w) => {
    await twoReleases(w);
    await edit(w);
    await w.settle();
    await round(w);
    await round(w);
    expect(await w.live()).toBe(live);
    const workload = await w.workload(live);
    expect(workload).toMatchObject({ outcome: 'deployed', available: 1 });
    expect(workload?.standbySince).toBeUndefined();
    expect(w.told()).toEqual(told);
    expect((await w.theApp()).status).toMatchObject({ live: `r${live}`, state: 'live' });
    w.sweep();
    await round(w);
    const others = await Promise.all([1, 2].filter((n) => n !== live).map((n) => w.workload(n)));
    for (const other of others) if (other) expect(other.standbySince).toBeDefined();
    await w.deploy(C, B);
    expect(await w.story(C), 'the next push goes on').toBe(`deployed as r${await w.live()}`);
  });

scene(
  'a selector that somebody edited raises the epoch: what was decided before fails its test',
  async (w) => {
    await twoReleases(w);
    const before = await epoch(w);
    w.select(1);
    await round(w);
    expect(await epoch(w)).toBe(before + 1);
  },
);

scene(
  'somebody selects a standby while a newer release is being switched to: one of both wins',
  async (w) => {
    await twoReleases(w);
    await w.push(C, { on: B });
    await w.deliver();
    await w.buildEnds(C);
    await w.deliver();
    w.interventions.before('cluster.switchService', () => w.select(1));
    w.pods.ready(SHOP, 3);
    await w.settle();
    await round(w);
    expect(await w.story(C)).toBe('deployed as r3');
    expect(await w.live()).toBe(3);
  },
);

scene('a build whose Job somebody deleted is made anew', async (w) => {
  await w.app();
  await w.push(A);
  await w.deliver();
  await w.cluster.deleteBuildJob((await w.changeOf(A)).build ?? '');
  await round(w);
  expect(await w.story(A)).toBe('deployed as r1');
});

scene('a release that is past its deadline, of which no event told, ends in its verdict', async (w) => {
  await twoReleases(w);
  await w.push(C, { on: B });
  await w.deliver();
  await w.buildEnds(C);
  await w.deliver();
  w.pods.crash(SHOP, 3);
  w.publish(ownEvent('dev.cite.app.found', SHOP));
  w.queue.dropAll();
  await round(w);
  expect((await w.changeOf(C)).verdict?.outcome).toBe('failed');
  expect(await w.live()).toBe(2);
});

for (const [moment, reach] of [
  ['builds', async (w: World) => void (await w.push(A))],
  [
    'starts',
    async (w: World) => {
      await w.push(A);
      await w.deliver();
      await w.buildEnds(A);
    },
  ],
] as const)
  scene(
    `an App that is deleted while its release ${moment} leaves nothing, and its Change is cancelled`,
    async (w) => {
      await w.app();
      await w.settle();
      await reach(w);
      await w.deliver();
      await w.cluster.deleteApp(SHOP);
      await w.settle();
      await round(w);
      expect(await w.cluster.getApp(SHOP)).toBeUndefined();
      expect(await w.cluster.listWorkloads(SHOP)).toEqual([]);
      expect(await w.cluster.getService(SHOP)).toBeUndefined();
      expect(w.host.lastStatus(A)).toMatchObject({
        state: 'error',
        description: 'cancelled by the deletion of its App',
      });
    },
  );

/** r2 is proven, and whoever would mark it dies just after this. */
async function provenUnmarked(w: World, meddle: () => unknown): Promise<void> {
  await w.app();
  await w.deploy(A);
  let isDone = false;
  w.interventions.around = async (call, run, [, change]) => {
    const isMark =
      call === 'cluster.updateWorkload' && (change as { outcome?: string }).outcome === 'deployed';
    if (!isMark || isDone) return run();
    isDone = true;
    await meddle();
    w.queue.dropAll();
    return w.interventions.die();
  };
  await w.deploy(B, A);
  expect(isDone).toBe(true);
  expect(await w.story(B)).toBe('deployed as r2');
}

scene(
  'a Service that is deleted before what was proven is marked so selects that again, nothing older',
  async (w) => {
    await provenUnmarked(w, () => w.cluster.deleteService(SHOP));
    await round(w);
    expect(await w.live()).toBe(2);
    expect(await w.workload(1)).toMatchObject({ standbySince: expect.any(Date) });
  },
);

scene(
  'a selector that is set to what has no pods, before what was proven is marked so, comes back to that',
  async (w) => {
    await provenUnmarked(w, async () => {
      const old = await w.workload(1);
      if (old) await w.cluster.updateWorkload(old, { replicas: 0 });
      w.select(1);
    });
    await round(w);
    expect(await w.live()).toBe(2);
    expect(await w.workload(1)).toMatchObject({ replicas: 0 });
  },
);
