import { expect } from 'vitest';
import { type Change, openChange } from '../../../shared/domain/change.ts';
import { DeniedError, InvalidError } from '../../../shared/domain/errors.ts';
import { minutesAfterNoon, NOON, sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP, type World } from './world.ts';

const [A, B] = [sha('a'), sha('b')];
const TICK_SECONDS = 300;
const MOST_AT_ONCE = 100;

const commit = (i: number) => `${100_000 + i}`.padEnd(40, '0');

/** The safety net has its round. */
async function round(w: World): Promise<void> {
  w.resync();
  await w.settle();
  w.advance(TICK_SECONDS);
}

/** Resync alone has its tick, and nobody hears what it says. */
async function resyncAlone(w: World): Promise<void> {
  await w.deliver();
  w.resync();
  w.queue.waiting = w.queue.waiting.filter(({ to }) => to === 'resync');
  await w.deliverOne();
  w.queue.dropAll();
}

/** Around every call of what is given. */
function around(w: World, given: string, act: (args: readonly unknown[]) => void): void {
  const { around: before } = w.interventions;
  w.interventions.around = (call, run, args) => {
    if (call === given) act(args);
    return before(call, run, args);
  };
}

scene('a hundred pushes that the code host denies do not hide the one of another tenant', async (w) => {
  await w.app();
  await w.settle();
  w.queue.dropAll();
  const stuck = { event: 'push', repository: 'acme/stuck', body: '{}', receivedAt: NOON.toISOString() };
  for (let i = 0; i < MOST_AT_ONCE; i++) await w.store.recordDelivery({ id: `1/stuck-${i}`, ...stuck });
  around(w, 'store.judgeDelivery', ([id]) => {
    if (String(id).startsWith('1/stuck')) throw new DeniedError('Give it.', { right: 'Contents: read' });
  });
  await w.push(A);
  w.queue.dropAll();
  w.advance(TICK_SECONDS);
  for (let tick = 0; tick < 2; tick++) await round(w);
  // Its head is found by the branch, too: it is the delivery that would wait for ever.
  const [delivery] = await w.store.deliveriesOf(A);
  expect(delivery?.judgement).toBeDefined();
  expect(await w.story(A)).toBe('deployed as r1');
});

/** Changes that wait for nothing that comes. */
async function openChanges(w: World, count: number): Promise<readonly Change[]> {
  const app = await w.theApp();
  const opened = Array.from({ length: count }, (_, i) =>
    openChange(
      {
        id: `${app.uid}/stuck-${i}`,
        app: { ...SHOP, uid: app.uid },
        repository: app.spec.repository,
        branch: 'main',
        kind: 'push',
        commit: commit(i),
        title: 'Add a till',
        author: 'Ann',
        state: 'waiting for checks',
        reason: 'waits',
      },
      minutesAfterNoon(-1 - i),
    ),
  );
  for (const change of opened) await w.store.openChange(change);
  return opened;
}

/** Changes that resync tells of by this event in so many ticks. */
async function found(w: World, type: string, ticks: number): Promise<ReadonlySet<unknown>> {
  const subjects = new Set<unknown>();
  around(w, 'events.emit', ([event]) => {
    const sent = event as { type: string; data: { change: string } };
    if (sent.type === type) subjects.add(sent.data.change);
  });
  for (let tick = 0; tick < ticks; tick++) {
    w.advance(TICK_SECONDS);
    await resyncAlone(w);
  }
  return subjects;
}

scene('each of the Changes that wait, and each message, has its turn, however many there are', async (w) => {
  await w.app();
  await w.settle();
  const opened = await openChanges(w, 1001);
  w.queue.dropAll();
  const ids = opened.map(({ id }) => id);
  expect([...(await found(w, 'dev.cite.change.found', 2))].toSorted()).toEqual(ids.toSorted());
  expect([...(await found(w, 'dev.cite.change.updated', 11))].toSorted()).toEqual(ids.toSorted());
});

scene(
  'a code host that is slow is asked no longer than a tick may take, and delays nothing else',
  async (w) => {
    const refs = Array.from({ length: 40 }, (_, i) => ({ namespace: 'acme', name: `app-${i}` }));
    for (const ref of refs) await w.app(ref, { repository: `acme/${ref.name}` });
    await w.settle();
    await w.store.recordDelivery({
      id: '1/lost',
      event: 'push',
      repository: 'acme/none',
      body: '{}',
      receivedAt: NOON.toISOString(),
    });
    const asked = new Set<unknown>();
    const calls: string[] = [];
    let [begin, end] = [0, 0];
    const { around: before } = w.interventions;
    w.interventions.around = (call, run, args) => {
      calls.push(call);
      if (call.startsWith('codeHost')) w.advance(2);
      if (call === 'codeHost.branchHead') asked.add(args[0]);
      end = w.now();
      return before(call, run, args);
    };
    for (let tick = 0; tick < 10; tick++) {
      w.advance(TICK_SECONDS);
      calls.length = 0;
      begin = w.now();
      await resyncAlone(w);
      expect(end - begin, 'of the 60 s that the broker gives').toBeLessThan(50_000);
      expect(calls.indexOf('events.emit')).toBeLessThan(
        calls.findIndex((call) => call.startsWith('codeHost')),
      );
    }
    expect(asked.size, 'in the end all are asked about').toBe(refs.length);
  },
);

scene('a webhook that the code host does not send again keeps no younger one back', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A, arrives: false });
  await w.push(sha('c'), { on: B, arrives: false });
  const [, refused] = w.host.records.sent;
  around(w, 'codeHost.redeliver', ([, delivery]) => {
    if ((delivery as { id: string }).id.endsWith(String(refused?.guid)))
      throw new InvalidError('delivery', 'is kept no longer', 'Push again.');
  });
  w.advance(TICK_SECONDS);
  await round(w);
  expect(w.host.records.sent.map((one) => one.attempts.length)).toEqual([1, 1, 2]);
  expect(w.told()).toEqual([
    'WebhooksReplayed: A webhook of acme/shop did not come (1: nobody answered): asked to be sent again.',
  ]);
});

scene('webhooks that were sent again are told of, although the code host is away for the next', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A, arrives: false });
  await w.push(sha('c'), { on: B, arrives: false });
  let calls = 0;
  around(w, 'codeHost.redeliver', () => {
    if (++calls === 2) throw new DeniedError('Give it.', { right: 'Webhooks: write' });
  });
  w.advance(TICK_SECONDS);
  await round(w);
  expect(w.told()).toEqual([
    'WebhooksReplayed: A webhook of acme/shop did not come (1: nobody answered): asked to be sent again.',
  ]);
});
