import { expect } from 'vitest';
import { APPS_PER_TICK } from '../../../functions/resync/turn.ts';
import { DeniedError, HostDeniedError, InvalidError, RetryableError } from '../../../shared/domain/errors.ts';
import { sha } from '../../support/facts.ts';
import type { Call } from './interventions.ts';
import { scene } from './scene.ts';
import { SHOP, type World } from './world.ts';

const [A, B] = [sha('a'), sha('b')];
const QUOTA = 'exceeded quota: limits. Raise the ResourceQuota limits.';

/** From now on these calls fail; until the function that is given back is called. */
function breaks(w: World, calls: RegExp, err: () => Error): () => void {
  const { around } = w.interventions;
  w.interventions.around = (call: Call, run, args) => {
    if (calls.test(call)) throw err();
    return around(call, run, args);
  };
  return () => {
    w.interventions.around = around;
  };
}

/** After that a condition that became True may be taken back (write-conditions.ts). */
const SETTLED_SECONDS = 15;

/** From now on the token lacks the right that this call needs, on one repository; until it is given it. */
function denies(w: World, what: Call, repository: string): () => void {
  const { around } = w.interventions;
  w.interventions.around = (call, run, args) => {
    if (call === what && args[0] === repository)
      throw new HostDeniedError('Give it.', { right: 'It: write' });
    return around(call, run, args);
  };
  return () => {
    w.interventions.around = around;
  };
}

/** The safety net has its round. */
async function later(w: World): Promise<void> {
  w.advance(300);
  w.resync();
  await w.settle();
}

const condition = async (w: World, type: string) =>
  (await w.theApp()).status.conditions.find((one) => one.type === type);

for (const [what, call, state] of [
  ['build', /startBuildJob/, 'building'],
  ['release', /createWorkload/, 'starting'],
] as const) {
  scene(
    `a ${what} that a quota does not let be says so at once, and goes on when there is room`,
    async (w) => {
      await w.app();
      const mend = breaks(w, call, () => new DeniedError(QUOTA));
      const failures: string[] = [];
      const { around } = w.interventions;
      w.interventions.around = (name, run, args) => {
        if (call.test(name)) void w.changeOf(A).then(({ reason }) => failures.push(reason));
        return around(name, run, args);
      };
      await w.deploy(A);
      expect(failures[1], 'before the second try').toBe(`${state}: ${QUOTA} It goes on by itself.`);
      const { reason, timeline } = await w.changeOf(A);
      expect(reason).toMatch(new RegExp(`^${state}: .*exceeded quota: limits`));
      expect(w.host.lastStatus(A)?.description).toBe(reason);
      expect(timeline.length, 'the same reason again is no step').toBeLessThan(6);
      mend();
      w.interventions.around = (_call, run) => run();
      await later(w);
      expect(await w.story(A)).toBe('deployed as r1');
    },
  );
}

scene('a switch without the right to it says so on its Change, and is made once there is one', async (w) => {
  await w.app();
  const mend = breaks(w, /switchService/, () => new DeniedError('services is forbidden.'));
  await w.deploy(A);
  expect((await w.changeOf(A)).reason).toBe('starting: services is forbidden. It goes on by itself.');
  expect(await w.live()).toBeUndefined();
  mend();
  await later(w);
  expect(await w.story(A)).toBe('deployed as r1');
});

scene('a build that waited says that it runs, once it does', async (w) => {
  await w.app();
  const mend = breaks(w, /startBuildJob/, () => new DeniedError(QUOTA));
  await w.push(A);
  await w.deliver();
  mend();
  w.advance(300);
  w.resync();
  await w.deliver();
  expect(await w.changeOf(A)).toMatchObject({ state: 'building', reason: 'building' });
  await w.settle();
});

scene('a code host that is down stops no change of the configuration', async (w) => {
  await w.app();
  await w.deploy(A);
  const mend = breaks(w, /codeHost/, () => new RetryableError('GitHub cannot be reached, or fails'));
  await w.edit({ env: { A: '1' } });
  await w.settle();
  expect(await w.live()).toBe(2);
  expect(await condition(w, 'SourceConnected')).toMatchObject({
    status: 'Unknown',
    message: expect.stringContaining('GitHub cannot be reached, or fails'),
  });
  mend();
  await later(w);
  expect(await condition(w, 'SourceConnected')).toMatchObject({ status: 'True' });
});

scene('a code host that is away is written once, however often it is tried', async (w) => {
  await w.app();
  await w.settle();
  w.advance(SETTLED_SECONDS);
  let tries = 0;
  let writes = 0;
  breaks(w, /ensureWebhook/, () => {
    tries++;
    return new RetryableError("GitHub's rate limit is used up");
  });
  const { around } = w.interventions;
  w.interventions.around = (call, run, args) => {
    if (call === 'cluster.setAppStatus') writes++;
    return around(call, run, args);
  };
  await w.edit({ replicas: 2 });
  await w.settle();
  expect(tries).toBeGreaterThan(5);
  expect(writes).toBe(1);
});

scene('a token that has run out is said on the App, and pushes go on when there is another', async (w) => {
  await w.app();
  await w.deploy(A);
  w.advance(SETTLED_SECONDS);
  const mend = breaks(w, /codeHost/, () => new HostDeniedError('GitHub does not accept the token.'));
  await w.push(B, { on: A });
  await w.edit({ replicas: 2 });
  await w.settle();
  // Its clone would be refused, too: it waits.
  expect((await w.changes()).map(({ commit }) => commit)).not.toContain(B);
  expect(await condition(w, 'SourceConnected')).toMatchObject({
    status: 'False',
    message: 'GitHub does not accept the token. It goes on by itself.',
  });
  mend();
  await later(w);
  expect(await w.story(B)).toBe('deployed as r2');
  expect(await condition(w, 'SourceConnected')).toMatchObject({ status: 'True' });
  expect(w.host.lastStatus(B)).toMatchObject({ state: 'success', description: 'deployed as r2' });
});

const LACKING = 'Give the token the permission Webhooks: write.';
for (const [what, call, err, message] of [
  [
    'a webhook that may not be made',
    /ensureWebhook/,
    new HostDeniedError(LACKING, { right: 'Webhooks: write' }),
    `${LACKING} Until then pushes are found in the App's turn: every 5 minutes, with 50 Apps or fewer.`,
  ],
  [
    'a repository that may not be seen',
    /ensureWebhook/,
    new InvalidError('repository', 'there is none', 'Check it.'),
    "repository: there is none. Check it. Until then pushes are found in the App's turn: every 5 minutes, with 50 Apps or fewer.",
  ],
  [
    'a collaborator that may not be added',
    /ensureCollaborator/,
    new HostDeniedError('Give it.', { right: 'Administration: write' }),
    'Give it.',
  ],
] as const) {
  scene(`${what} is said, and no more than that is missing`, async (w) => {
    breaks(w, call, () => err);
    await w.app();
    await w.settle();
    expect(await condition(w, 'SourceConnected')).toMatchObject({ reason: 'NotConnected', message });
  });
}

scene('an App that something is wrong with does not wait until all others had their turn', async (w) => {
  for (let i = 0; i < APPS_PER_TICK; i++)
    await w.app({ namespace: 'acme', name: `other-${i}` }, { repository: 'acme/other' });
  const { around } = w.interventions;
  w.interventions.around = async (call, run, args) =>
    call === 'cluster.ensureRoutes' ? [] : around(call, run, args);
  const mend = denies(w, 'codeHost.ensureWebhook', 'acme/shop');
  await w.app();
  await w.settle();
  mend();
  w.resync();
  await w.settle();
  expect(await condition(w, 'SourceConnected')).toMatchObject({ status: 'True' });
});

scene('a repository that the token may not read hides the new heads of no other', async (w) => {
  const two = { namespace: 'acme', name: 'two' };
  const repository = 'acme/two';
  await w.app();
  await w.app(two, { repository });
  await w.push(A, { repository });
  await w.settle();
  denies(w, 'codeHost.branchHead', 'acme/shop');
  await w.push(B, { repository, on: A, told: false });
  await later(w);
  expect(await w.story(B, two)).toBe('deployed as r2');
});

scene('what the code host denies to be told is given up a day after its end, not before', async (w) => {
  await w.app();
  breaks(w, /setStatus/, () => new HostDeniedError('Give it.', { right: 'Commit statuses: write' }));
  await w.deploy(A);
  await later(w);
  expect(await w.store.pendingMessages()).toHaveLength(1);
  w.advance(24 * 60 * 60);
  await later(w);
  expect(await w.store.pendingMessages()).toEqual([]);
});

for (const [what, call, checks, requests] of [
  ['may not be told', /setStatus/, [], 1],
  // Its Change is looked at, and the result of its build is announced once more.
  ['may not be asked about checks', /statuses/, ['ci'], 2],
] as const)
  scene(`what the code host ${what} is no request more in a round than resync has made of it`, async (w) => {
    await w.app(SHOP, { checks: [...checks] });
    let denied = 0;
    let told = 0;
    const mend = breaks(w, call, () => {
      denied++;
      return new HostDeniedError('Give it.', { right: 'Commit statuses' });
    });
    const { around } = w.interventions;
    w.interventions.around = (name, run, args) => {
      if (name === 'codeHost.setStatus' && !call.test(name)) told++;
      return around(name, run, args);
    };
    await w.deploy(A);
    await later(w);
    denied = told = 0;
    await later(w);
    expect(denied).toBe(requests);
    expect(told, 'the same reason again is told to nobody').toBe(0);
    mend();
    await later(w);
    expect(await w.store.pendingMessages()).toEqual([]);
  });

scene('a push that waits for a token costs one request in a round', async (w) => {
  await w.app();
  await w.deploy(A);
  let denied = 0;
  // What it is about is asked by onPush, and by nobody else.
  breaks(w, /compare|branchHead|cloneSource/, () => {
    denied++;
    return new HostDeniedError('GitHub does not accept the token.');
  });
  await w.push(B, { on: A });
  await w.settle();
  expect(denied).toBe(1);
  await later(w);
  expect(denied, 'once more, and the head of the branch').toBe(3);
});

scene('a retry that the code host denies at first is not lost: nobody would find it again', async (w) => {
  await w.app();
  await w.push(A);
  await w.deliver();
  const change = await w.changeOf(A);
  await w.cancel(change);
  await w.settle();
  w.interventions.before('codeHost.branchHead', () => {
    throw new HostDeniedError('GitHub does not accept the token.');
  });
  w.publish({ type: 'dev.cite.retry.requested', subject: change.id, data: { change: change.id, by: 'Ada' } });
  await w.settle();
  expect(await w.live()).toBe(1);
});

/** What every second call of this port meets: the other instance, or the world as that sees it. */
const others: Record<string, readonly [RegExp, () => Error, (() => Error)?]> = {
  'one has the token of before': [
    /^codeHost.ensureWebhook$/,
    () => new HostDeniedError('GitHub does not accept the token.'),
  ],
  'one has the token of before, the other one that may not enough': [
    /^codeHost.ensureWebhook$/,
    () => new HostDeniedError('GitHub does not accept the token.'),
    () => new HostDeniedError('GitHub refuses.', { right: 'Webhooks: write' }),
  ],
  'one finds the Namespace unprepared': [
    /^cluster.grantRights$/,
    () => new InvalidError('namespace', 'acme is not managed', 'Say so.'),
  ],
};
for (const [name, [calls, even, odd]] of Object.entries(others))
  scene(`two instances do not wake each other for ever: ${name}`, async (w) => {
    await w.app();
    await w.settle();
    w.advance(SETTLED_SECONDS);
    let count = 0;
    const { around } = w.interventions;
    w.interventions.around = (call, run, args) => {
      const error = calls.test(call) ? (count++ % 2 === 0 ? even() : odd?.()) : undefined;
      if (error) throw error;
      return around(call, run, args);
    };
    await w.edit({ replicas: 2 });
    await w.settle();
    expect(count).toBeLessThan(12);
  });

scene('what the spec decides anew is said at once', async (w) => {
  await w.app(SHOP, { expose: 'cluster' });
  await w.settle();
  expect(await condition(w, 'RouteReady')).toMatchObject({ reason: 'ClusterOnly' });
  await w.edit({ expose: 'public' });
  await w.settle();
  expect(await condition(w, 'RouteReady')).not.toMatchObject({ reason: 'ClusterOnly' });
  await w.edit({ domains: ['not.allowed.test'] });
  await w.settle();
  expect(await condition(w, 'RouteReady')).toMatchObject({ status: 'False' });
});

scene('a Service that the cluster will not have is told of, with its reason', async (w) => {
  const mend = breaks(w, /ensureService/, () => new InvalidError('cluster', 'a policy denies it', 'Ask.'));
  await w.app();
  await w.settle();
  expect(await condition(w, 'ServiceReady')).toMatchObject({ status: 'False', reason: 'Refused' });
  expect(await condition(w, 'SourceConnected')).toMatchObject({ status: 'True' });
  mend();
  await later(w);
  expect(await condition(w, 'ServiceReady')).toMatchObject({ status: 'True' });
});

scene('a token that is refused stops nothing that is built already', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
  await w.deliver();
  breaks(w, /^codeHost/, () => new HostDeniedError('GitHub does not accept the token.'));
  await w.settle();
  expect(await w.live()).toBe(2);
});

scene('an edit that was left to a Change goes on when that ends without a release', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
  await w.deliver();
  await w.edit({ env: { TILL: '1' } });
  await w.deliver();
  await w.cancel(await w.changeOf(B));
  await w.settle();
  expect(await w.live()).toBe(2);
  expect((await w.changes()).map(({ kind }) => kind)).toEqual(['config', 'push', 'push']);
});

scene('a deletion that waits for the code host says so', async (w) => {
  await w.app();
  await w.deploy(A);
  w.advance(SETTLED_SECONDS);
  const mend = breaks(w, /removeWebhook/, () => new HostDeniedError('GitHub does not accept the token.'));
  await w.cluster.deleteApp(SHOP);
  await w.settle();
  expect(await condition(w, 'SourceConnected')).toMatchObject({ reason: 'NotRemoved' });
  mend();
  await later(w);
  expect(await w.cluster.getApp(SHOP)).toBeUndefined();
});

scene('an App that cannot be read says so where it is looked at, once', async (w) => {
  await w.app();
  await w.settle();
  w.unreadable.add('shop');
  await later(w);
  const before = (await w.cluster.appStatus(SHOP))?.status;
  w.publish({ type: 'dev.cite.app.found', subject: 'acme/shop', data: SHOP });
  await w.settle();
  const status = (await w.cluster.appStatus(SHOP))?.status;
  expect(status?.state).toBe('refused: Unreadable');
  expect(status?.conditions).toContainEqual(
    expect.objectContaining({
      type: 'Accepted',
      status: 'False',
      message: expect.stringContaining('Correct it.'),
    }),
  );
  await later(w);
  expect((await w.cluster.appStatus(SHOP))?.status).toEqual(status);
  expect(before?.state).not.toBe('refused: Unreadable');
  w.unreadable.clear();
  w.publish({ type: 'dev.cite.app.found', subject: 'acme/shop', data: SHOP });
  await w.deploy(A);
  expect((await w.theApp()).status).toMatchObject({ state: 'live', live: 'r1' });
});

scene('what is on its way outlasts an App that cannot be read for a while', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
  await w.deliver();
  await w.buildEnds(B);
  await w.deliver();
  expect((await w.changeOf(B)).state).toBe('starting');
  w.unreadable.add('shop');
  w.advance(120);
  w.resync();
  await w.deliver();
  expect((await w.changeOf(B)).verdict).toBeUndefined();
  w.unreadable.clear();
  w.resync();
  await w.settle();
  expect(await w.story(B)).toBe('deployed as r2');
});

scene('an App that cannot be read can be deleted, and what it owns goes with it', async (w) => {
  await w.app();
  await w.deploy(A);
  w.unreadable.add('shop');
  let released = 0;
  w.interventions.before('cluster.releaseHosts', () => released++);
  await w.cluster.deleteApp(SHOP);
  await w.settle();
  expect(await w.cluster.appStatus(SHOP)).toBeUndefined();
  expect(await w.cluster.listWorkloads()).toEqual([]);
  expect(released).toBe(1);
});

scene('an App that is refused and then accepted is held where a person held it', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.hold();
  await w.edit({ repository: 'other/private' });
  await w.settle();
  expect((await w.theApp()).status.state).toBe('refused: RefusedOwner');
  const states: unknown[] = [];
  w.interventions.around = (call, run, args) => {
    if (call === 'cluster.setAppStatus') states.push((args[1] as { state?: string }).state);
    return run();
  };
  await w.edit({ repository: 'acme/shop' });
  await w.settle();
  expect(states.filter((state) => state !== undefined)).toEqual(['held']);
});

scene('a state that somebody wrote over an obstacle is mended, once', async (w) => {
  await w.app(SHOP, { repository: 'other/shop' });
  await w.settle();
  await w.cluster.setAppStatus(SHOP, { state: 'live' });
  let writes = 0;
  w.interventions.around = (call, run) => {
    if (call === 'cluster.setAppStatus') writes++;
    return run();
  };
  await w.settle();
  expect((await w.theApp()).status.state).toBe('refused: RefusedOwner');
  expect(writes).toBe(1);
});

scene('a state that comes while conditions are written stays', async (w) => {
  await w.app();
  await w.deploy(A);
  w.interventions.before('cluster.setAppStatus', () =>
    w.cluster.setAppStatus(SHOP, { state: 'starting r9' }),
  );
  await w.edit({ expose: 'cluster' });
  await w.settle();
  expect((await w.theApp()).status.state).toBe('starting r9');
});

scene('an App that is live and then refused says both, whoever looks at it next', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.edit({ repository: 'other/private' });
  await w.settle();
  w.publish({ type: 'dev.cite.workload.found', subject: 'acme/shop', data: SHOP });
  await w.settle();
  expect((await w.theApp()).status).toMatchObject({ live: 'r1', state: 'refused: RefusedOwner' });
  await w.edit({ repository: 'acme/shop' });
  await w.settle();
  expect((await w.theApp()).status).toMatchObject({ live: 'r1', state: 'live' });
});

scene('an App whose name a foreign Service has says so in its state, until that is gone', async (w) => {
  await w.app();
  const mend = breaks(w, /never/, () => new Error());
  w.interventions.around = async (call, run) => (call === 'cluster.foreignService' ? true : run());
  await w.settle();
  expect((await w.theApp()).status.state).toBe('blocked: ForeignService');
  mend();
  w.advance(300);
  w.resync();
  await w.deploy(A);
  expect((await w.theApp()).status).toMatchObject({ state: 'live', live: 'r1' });
});

scene('a Service that a quota does not let be is a condition, and then is made', async (w) => {
  const mend = breaks(w, /ensureService/, () => new DeniedError(QUOTA));
  await w.app();
  await w.settle();
  expect(await condition(w, 'ServiceReady')).toMatchObject({
    reason: 'Denied',
    message: `${QUOTA} It goes on by itself.`,
  });
  mend();
  await later(w);
  await w.deploy(A);
  expect(await w.live()).toBe(1);
});

for (const [what, err] of [
  ['a right that is missing', new DeniedError('events is forbidden')],
  ['a Namespace that is gone', new InvalidError('metadata.namespace', 'is gone', 'Make it.')],
] as const) {
  scene(`${what} for Events keeps nothing from the code host`, async (w) => {
    await w.app();
    breaks(w, /recordEvent/, () => err);
    await w.deploy(A);
    expect(w.host.lastStatus(A)).toMatchObject({ state: 'success' });
    expect(await w.store.pendingMessages()).toEqual([]);
  });
}

scene('a code host that is down keeps no Event back, and an API that is away no status', async (w) => {
  const recorded: unknown[] = [];
  const listen = () => {
    const { around } = w.interventions;
    w.interventions.around = (call, run, args) => {
      if (call === 'cluster.recordEvent') recorded.push((args[1] as { reason: string }).reason);
      return around(call, run, args);
    };
  };
  await w.app();
  await w.settle();
  const mend = breaks(w, /setStatus|reportDeployment/, () => new RetryableError('away'));
  listen();
  await w.deploy(A);
  expect(recorded).toContain('Deployed');
  mend();
  await later(w);
  expect(await w.store.pendingMessages()).toEqual([]);
  const mendApi = breaks(w, /recordEvent/, () => new RetryableError('away'));
  await w.deploy(B, A);
  expect(w.host.lastStatus(B)).toMatchObject({ state: 'success' });
  expect(await w.store.pendingMessages(), 'both are told at least once').not.toEqual([]);
  mendApi();
  recorded.length = 0;
  listen();
  await later(w);
  expect(recorded).toContain('Deployed');
  expect(await w.store.pendingMessages()).toEqual([]);
});
