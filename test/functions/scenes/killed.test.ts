import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConflictError, RetryableError } from '../../../shared/domain/errors.ts';
import { sha } from '../../support/facts.ts';
import type { Around, Interventions } from './interventions.ts';
import { openWorld, type Snapshot, type World } from './world.ts';

const [A, B] = [sha('a'), sha('b')];

/** Three stories, each beginning where the one before it ends. */
const stories = {
  'a first push': {
    begin: async (w: World) => void (await w.app()),
    tell: (w: World) => w.deploy(A),
    ends: { live: 1, verdicts: ['deployed as r1'] },
  },
  'a second push': {
    begin: (w: World) => w.deploy(A),
    tell: (w: World) => w.deploy(B, A),
    ends: { live: 2, verdicts: ['deployed as r1', 'deployed as r2'] },
  },
  'a rollback': {
    begin: (w: World) => w.deploy(B, A),
    // A person whose wish is not answered asks again.
    tell: async (w: World) => {
      await w.activate(1).catch((err: unknown) => (err instanceof ConflictError ? undefined : w.activate(1)));
      await w.settle();
    },
    ends: { live: 1, verdicts: ['deployed as r1', 'deployed as r1', 'deployed as r2'] },
  },
};

/** What happens to the n-th call. A write that was made before the process died is no different from the next read. */
const misfortunes: Record<
  string,
  (interventions: Interventions, run: () => Promise<unknown>) => Promise<unknown>
> = {
  'dies before it': async (interventions) => interventions.die(),
  'dies after it': async (interventions, run) => {
    await run();
    return interventions.die();
  },
  'is told that it failed': async () => {
    throw new RetryableError('away for a moment');
  },
  'is not told that it worked': async (_interventions, run) => {
    await run();
    throw new RetryableError('its answer was lost');
  },
};

const READS =
  /\.(get|list|read|pending|unjudged|branchHead|compare|statuses|cloneSource|namespaceOwners|foreign|fault)/;

let before: Snapshot;
const worlds: World[] = [];
afterAll(() => Promise.all(worlds.map((world) => world.close())));

for (const [story, { begin, tell, ends }] of Object.entries(stories)) {
  describe(story, () => {
    beforeAll(async () => {
      const world = openWorld(worlds.at(-1)?.snapshot());
      worlds.push(world);
      await begin(world);
      await world.settle();
      before = world.snapshot();
    });

    test.each(Object.keys(misfortunes))(
      'ends well, at whichever of its calls the process %s',
      // A world for each of some hundred calls, on a machine that may be busy with more.
      { timeout: 120_000 },
      async (name) => {
        for (let n = 1; ; n++) {
          const world = openWorld(before);
          const struck = strike(world, n, name);
          await tell(world);
          if (!struck.call) {
            expect(n).toBeGreaterThan(30);
            return world.close();
          }
          await checkEnd(world, `call ${n}, ${struck.call}, ${name}`, ends);
          await world.close();
        }
      },
    );
  });
}

/** Makes the n-th call of the story unlucky; of two that leave the same world behind one is enough. */
function strike(world: World, n: number, name: string): { call?: string } {
  const struck: { call?: string } = {};
  let count = 0;
  const around: Around = (call, run) => {
    if (struck.call !== undefined) return run();
    if (name !== 'is told that it failed' && READS.test(call)) return run();
    count++;
    if (count < n) return run();
    struck.call = call;
    return misfortunes[name]?.(world.interventions, run) ?? run();
  };
  world.interventions.around = around;
  return struck;
}

/** The safety net has its round, then the world is as the story wants it. */
async function checkEnd(
  world: World,
  where: string,
  ends: { readonly live: number; readonly verdicts: readonly string[] },
): Promise<void> {
  world.advance(120);
  world.resync();
  await world.settle();
  const changes = await world.changes();
  expect(world.violations, where).toEqual([]);
  expect(await world.live(), where).toBe(ends.live);
  expect(changes.map((change) => change.reason).toSorted(), where).toEqual(ends.verdicts);
  for (const { timeline } of changes)
    expect(
      timeline.filter((step) => step.state === 'ended'),
      where,
    ).toHaveLength(1);
  for (const commit of [A, B])
    for (const { judgement } of await world.store.deliveriesOf(commit))
      expect(judgement, where).toMatchObject({ changes: [expect.any(String)] });
  expect(await world.store.pendingMessages(), where).toEqual([]);
  expect(await world.store.unjudgedDeliveries(new Date(8.64e15)), where).toEqual([]);
  expect(await world.store.listRunningBuilds(), where).toEqual([]);
}
