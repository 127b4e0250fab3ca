import { expect, test } from 'vitest';
import type { AppSpecInput } from '../../../shared/domain/app-spec.ts';
import { RetryableError } from '../../../shared/domain/errors.ts';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { openWorld, SHOP, type Snapshot, type World } from './world.ts';

const [A, B] = [sha('a'), sha('b')];
const CHAT = 'https://hooks.slack.test/T0/secret';
const HOOK = 'https://hook.test/deploys';
const both: NonNullable<AppSpecInput['notifications']> = [
  { kind: 'slack', secret: 'chat' },
  { kind: 'webhook', secret: 'hook', events: ['deployed', 'failed', 'cancelled', 'superseded', 'held'] },
];

async function begin(w: World, notifications = both): Promise<void> {
  await w.app(SHOP, { notifications });
  await w.cluster.writeSecret('acme', 'chat', { url: CHAT });
  await w.cluster.writeSecret('acme', 'hook', { url: HOOK, key: 'whsec_x' });
  await w.settle();
}

/** What came to one receiver, as it tells it apart: by id. */
const toldTo = (w: World, url: string) => [
  ...new Map(
    w.receivers.letters
      .filter((letter) => letter.url === url)
      .map(({ id, body }) => {
        const { type, text, data } = JSON.parse(body);
        return [id, text ?? `${type} ${data.commit.sha.slice(0, 1)}`];
      }),
  ).values(),
];

/** The rounds of resync of so many minutes. */
async function pass(w: World, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 5) {
    w.advance(300);
    w.resync();
    await w.settle();
  }
}

scene('each destination is told once of what it asked for, and signed where it has a key', async (w) => {
  await begin(w);
  await w.deploy(A);
  await w.hold();
  await w.deploy(B, A);
  expect(toldTo(w, CHAT)).toEqual(['acme/shop: push of aaaaaaa deployed as r1']);
  expect(toldTo(w, HOOK)).toEqual(['change.deployed a', 'change.held b']);
  expect(w.receivers.letters).toHaveLength(3);
  expect(w.receivers.letters.map(({ key }) => key)).toEqual(
    w.receivers.letters.map(({ url }) => (url === HOOK ? 'whsec_x' : undefined)),
  );
});

scene('nothing is told again when the code host has to be told again', async (w) => {
  await begin(w);
  w.interventions.before('codeHost.setStatus', () => {
    throw new RetryableError('away');
  });
  await w.deploy(A);
  await pass(w, 10);
  expect(w.receivers.letters).toHaveLength(2);
});

scene(
  'a receiver that is down holds up neither the code host nor the others, and is told later',
  async (w) => {
    await begin(w);
    w.receivers.answers.set(CHAT, { status: 503 });
    await w.deploy(A);
    expect(w.host.lastStatus(A)).toMatchObject({ state: 'success', description: 'deployed as r1' });
    expect(await w.store.pendingMessages()).toEqual([]);
    expect(toldTo(w, HOOK)).toEqual(['change.deployed a']);
    await pass(w, 60);
    w.receivers.answers.delete(CHAT);
    const before = w.receivers.letters.length;
    await pass(w, 120);
    const later = w.receivers.letters.slice(before);
    expect(later.map(({ url }) => url)).toEqual([CHAT]);
    const ids = w.receivers.letters.filter(({ url }) => url === CHAT).map(({ id }) => id);
    expect(new Set(ids).size, 'each attempt bears the one id').toBe(1);
    expect(w.told()).toEqual([]);
  },
);

scene('one that is down for a day is given up, and the App says so', async (w) => {
  await begin(w);
  w.receivers.answers.set(HOOK, { fault: 'no answer in 5000 ms' });
  await w.deploy(A);
  await pass(w, 25 * 60);
  expect(w.told()).toEqual([
    expect.stringMatching(
      /^NotificationLost: webhook by the Secret hook was not told of push of aaaaaaa, deployed: no answer in 5000 ms\./,
    ),
  ]);
  const count = w.receivers.letters.length;
  expect(count).toBeLessThan(40);
  w.receivers.answers.delete(HOOK);
  await pass(w, 60);
  expect(w.receivers.letters).toHaveLength(count);
});

scene(
  'a Secret that is not there stops no deploy: the App says what to do, and then it is told',
  async (w) => {
    await w.app(SHOP, { notifications: [{ kind: 'slack', secret: 'chat' }] });
    await w.settle();
    await w.deploy(A);
    expect(await w.story(A)).toBe('deployed as r1');
    expect(w.host.lastStatus(A)?.state).toBe('success');
    expect(w.told()).toEqual([
      expect.stringMatching(
        /^NotificationFailed: .*: there is no such Secret\. Create chat, with the key url\./,
      ),
    ]);
    await w.cluster.writeSecret('acme', 'chat', { url: CHAT });
    await pass(w, 10);
    expect(toldTo(w, CHAT)).toEqual(['acme/shop: push of aaaaaaa deployed as r1']);
  },
);

scene('no word of the address is told or kept', async (w) => {
  await begin(w);
  w.receivers.answers.set(CHAT, { status: 404 });
  await w.deploy(A);
  const notices = await w.store.pendingNotices(new Date(8.64e15));
  expect(notices).toHaveLength(1);
  expect(JSON.stringify([notices, w.told()])).not.toContain('hooks.slack.test');
});

scene('who no longer wants to be told is not', async (w) => {
  await begin(w);
  w.receivers.answers.set(CHAT, { status: 503 });
  await w.deploy(A);
  await w.edit({ notifications: [] });
  await w.settle();
  const count = w.receivers.letters.length;
  await pass(w, 60);
  expect(w.receivers.letters).toHaveLength(count);
  expect(await w.store.pendingNotices(new Date(8.64e15))).toEqual([]);
});

scene('the verdict is told although every state before it was overtaken', async (w) => {
  await begin(w);
  const tell = w.queue.delay({ type: 'dev.cite.change.updated' });
  await w.deploy(A);
  expect(w.receivers.letters).toEqual([]);
  tell();
  await w.settle();
  expect(toldTo(w, HOOK)).toEqual(['change.deployed a']);
});

scene(
  'what one destination is told of at that moment, another delivery of the event leaves alone',
  async (w) => {
    await begin(w, [{ kind: 'slack', secret: 'chat' }]);
    w.queue.copies = 2;
    w.interventions.before('receivers.post', () => w.settle());
    await w.deploy(A);
    expect(w.receivers.letters).toHaveLength(1);
  },
);

type Misfortune = (world: World, run: () => Promise<unknown>) => unknown;

const misfortunes: Readonly<Record<string, Misfortune>> = {
  'dies before it': (w) => w.interventions.die(),
  'dies after it': async (w, run) => {
    await run();
    return w.interventions.die();
  },
  'is told that it failed': () => {
    throw new RetryableError('away for a moment');
  },
  'is not told that it worked': async (_w, run) => {
    await run();
    throw new RetryableError('its answer was lost');
  },
};

/** The calls by which a verdict becomes a notice, and a notice is told. */
const STEPS =
  /^(cluster\.(getApp|readSecret)|store\.(getNotice|saveNotice|settleMessage|takeLease|returnLease)|receivers\.post|events\.emit)$/;

test.each(Object.entries(misfortunes))(
  'every verdict reaches every destination, at whichever call the process %s',
  { timeout: 120_000 },
  async (_name, act) => {
    const start = openWorld();
    try {
      await begin(start);
      for (let n = 1; await isStruck(start.snapshot(), n, act); n++) expect(n).toBeLessThan(100);
    } finally {
      await start.close();
    }
  },
);

/** False: there are fewer calls. */
async function isStruck(from: Snapshot, n: number, act: Misfortune): Promise<boolean> {
  const w = openWorld(from);
  try {
    let count = 0;
    let struck: string | undefined;
    w.interventions.around = (call, run) => {
      if (struck !== undefined || !STEPS.test(call) || ++count < n) return run();
      struck = call;
      return Promise.resolve(act(w, run));
    };
    await w.deploy(A);
    if (struck === undefined) {
      expect(n).toBeGreaterThan(15);
      return false;
    }
    await pass(w, 10);
    const where = `call ${n}, ${struck}`;
    expect(toldTo(w, CHAT), where).toEqual(['acme/shop: push of aaaaaaa deployed as r1']);
    expect(toldTo(w, HOOK), where).toEqual(['change.deployed a']);
    expect(w.receivers.letters.length, where).toBeLessThanOrEqual(3);
    expect(await w.store.pendingNotices(new Date(8.64e15)), where).toEqual([]);
    expect(w.violations, where).toEqual([]);
    return true;
  } finally {
    await w.close();
  }
}
