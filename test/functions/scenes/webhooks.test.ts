import { expect } from 'vitest';
import { HostDeniedError } from '../../../shared/domain/errors.ts';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { config } from './systems.ts';
import { SHOP, type World } from './world.ts';

const [A, B, C] = [sha('a'), sha('b'), sha('c')];
const REPOSITORY = 'acme/shop';
const HOOK = `${REPOSITORY} ${config.WEBHOOK_URL}`;

/** The safety net has its round. */
async function round(w: World, seconds = 300): Promise<void> {
  w.advance(seconds);
  w.resync();
  await w.settle();
}

const attempts = (w: World) => w.host.records.sent.map((one) => one.attempts.length);
const judgements = async (w: World, commit: string) =>
  (await w.store.deliveriesOf(commit)).map(({ judgement }) => judgement);

scene('pushes whose webhooks nobody answered are sent again, and each ends in its verdict', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A, arrives: false });
  await w.push(C, { on: B, arrives: false });
  await round(w);
  expect(await w.story(B)).toMatch(/^superseded by /);
  expect(await w.story(C)).toMatch(/^deployed as /);
  expect(w.host.lastStatus(B)?.state).toBe('success');
  expect(w.told()).toEqual([
    'WebhooksReplayed: 2 webhooks of acme/shop did not come (2: nobody answered): asked to be sent again.',
  ]);
  await round(w);
  expect(attempts(w), 'what came is left alone').toEqual([1, 2, 2]);
  expect(w.told()).toHaveLength(1);
});

scene('a webhook that is refused each time is asked for ever more seldom, and 3 days at most', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A, arrives: false });
  const mend = w.refuseWebhooks(401);
  const [, lost] = w.host.records.sent;
  const hours: number[] = [];
  for (let hour = 1; hour <= 4 * 24; hour++) {
    const before = lost?.attempts.length;
    await round(w, 3600);
    if (lost?.attempts.length !== before) hours.push(hour);
  }
  const pauses = hours.slice(1).map((hour, i) => hour - (hours[i] ?? 0));
  expect(pauses, 'ever longer').toEqual(pauses.toSorted((a, b) => a - b));
  expect(hours[0]).toBe(1);
  expect(hours.length).toBeLessThan(10);
  expect(hours.at(-1)).toBeLessThan(3 * 24);
  expect(w.told().at(-1)).toMatch(/did not come \(1: it was answered 401\)/);
  mend();
});

scene(
  'one repository is looked at once, however many Apps follow it, and all of them are told',
  async (w) => {
    const two = { namespace: 'acme', name: 'two' };
    await w.app();
    await w.app(two);
    await w.settle();
    await w.push(A, { arrives: false });
    let asked = 0;
    const { around } = w.interventions;
    w.interventions.around = (call, run, args) => {
      if (call === 'codeHost.listHookDeliveries') asked++;
      return around(call, run, args);
    };
    await round(w);
    expect(asked).toBe(1);
    expect(w.told()).toHaveLength(2);
    expect([await w.live(), await w.live(two)]).toEqual([1, 1]);
  },
);

scene('a repository whose webhook may not be read keeps no other from being healed', async (w) => {
  const two = { namespace: 'acme', name: 'two' };
  await w.app();
  await w.app(two, { repository: 'acme/two' });
  await w.settle();
  await w.push(A, { repository: 'acme/two', arrives: false });
  await w.push(B, { repository: 'acme/two', on: A, arrives: false });
  const { around } = w.interventions;
  w.interventions.around = (call, run, args) => {
    if (call === 'codeHost.listHookDeliveries' && args[0] === REPOSITORY)
      throw new HostDeniedError('Give it.', { right: 'Webhooks: read' });
    return around(call, run, args);
  };
  await round(w);
  expect(await judgements(w, A)).toEqual([{ changes: [expect.any(String)] }]);
});

scene(
  'after a wipe what was judged before is not judged again, and its commit keeps its words',
  async (w) => {
    await w.app();
    for (const [commit, on] of [[A], [B, A]] as const) {
      await w.push(commit, on ? { on } : {});
      w.advance(5);
      await w.settle();
    }
    w.advance(120);
    const told = [A, B].map((commit) => w.host.lastStatus(commit)?.description);
    w.wipe();
    await round(w);
    expect(await judgements(w, A)).toEqual([{ changes: [expect.any(String)] }]);
    expect(await w.story(A)).toBe('deployed as r1');
    expect([A, B].map((commit) => w.host.lastStatus(commit)?.description)).toEqual(told);
    expect(await w.live()).toBe(2);
  },
);

scene('after a wipe what a person cancelled stays cancelled, although its webhook comes again', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
  w.advance(5);
  await w.deliver();
  await w.cancel(await w.changeOf(B));
  await w.settle();
  await w.deploy(C, B);
  w.advance(120);
  w.wipe();
  await round(w);
  expect(await judgements(w, B)).toEqual([{ skipped: 'it was judged before the store was lost' }]);
  expect(w.host.lastStatus(B)).toMatchObject({ state: 'error', description: 'cancelled by Ada' });
});

scene('a branch that was forced back to a judged commit just before a wipe is followed', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.deploy(B, A);
  w.advance(120);
  await w.push(A, { forced: true });
  w.queue.dropAll();
  w.wipe();
  await round(w);
  await round(w);
  expect((await w.workload((await w.live()) ?? 0))?.release.commit).toBe(A);
});

scene(
  'a push that an older one was pushed on is told of, although the store lost it while it built',
  async (w) => {
    await w.app();
    await w.deploy(A);
    await w.push(B, { on: A });
    await w.deliver();
    w.wipe();
    w.queue.dropAll();
    await w.deploy(C, B);
    expect(w.host.lastStatus(B)?.state).toBe('pending');
    await round(w);
    expect(w.host.lastStatus(B)).toMatchObject({ state: 'success', description: `superseded by ${C}` });
  },
);

const connected = { type: 'SourceConnected', status: 'True' };
for (const [what, meddle, found] of [
  ['removed', (w: World) => void w.host.records.webhooks.delete(HOOK), 'was gone'],
  ['switched off', (w: World) => change(w, { active: false }), 'was switched off'],
  ['made to tell of other events', (w: World) => change(w, { events: ['ping'] }), 'told of other events'],
  ['robbed of its secret', (w: World) => change(w, { secret: '' }), 'had no secret'],
] as const)
  scene(`a webhook that somebody has ${what} is restored, and that is said once`, async (w) => {
    await w.app();
    await w.deploy(A);
    meddle(w);
    await w.push(B, { on: A, told: false });
    await round(w);
    expect(w.host.records.webhooks.get(HOOK)).toEqual({
      url: config.WEBHOOK_URL,
      secret: config.WEBHOOK_SECRET,
      events: ['push', 'create', 'delete', 'status'],
      active: true,
    });
    expect((await w.theApp()).status.conditions).toContainEqual(expect.objectContaining(connected));
    expect(await w.story(B)).toBe('deployed as r2');
    await round(w);
    expect(w.told()).toEqual([
      `WebhookRestored: The webhook of acme/shop ${found}: it is restored. Pushes meanwhile are found by themselves.`,
    ]);
  });

function change(w: World, to: { active?: boolean; events?: readonly string[]; secret?: string }): void {
  const hook = w.host.records.webhooks.get(HOOK);
  if (hook) w.host.records.webhooks.set(HOOK, { ...hook, ...to });
}

scene('a webhook that may not be restored is shown with the remedy, and pushes are found', async (w) => {
  await w.app();
  await w.deploy(A);
  w.host.records.webhooks.delete(HOOK);
  const { around } = w.interventions;
  const err = new HostDeniedError('Give the token the permission Webhooks: write.', {
    right: 'Webhooks: write',
  });
  w.interventions.around = (call, run, args) => {
    if (call === 'codeHost.ensureWebhook') throw err;
    return around(call, run, args);
  };
  await w.push(B, { on: A, told: false });
  await round(w);
  expect((await w.theApp()).status.conditions).toContainEqual(
    expect.objectContaining({
      type: 'SourceConnected',
      status: 'False',
      message: `${err.message} Until then pushes are found in the App's turn: every 5 minutes, with 50 Apps or fewer.`,
    }),
  );
  expect(await w.story(B)).toBe('deployed as r2');
});

scene('the first webhook of an App is no restored one', async (w) => {
  await w.app(SHOP);
  await w.settle();
  expect(w.told()).toEqual([]);
});
