import { expect } from 'vitest';
import { HostDeniedError, RetryableError } from '../../../shared/domain/errors.ts';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP, type World } from './world.ts';

const [A, B] = [sha('a'), sha('b')];

/** The safety net has its round. */
async function round(w: World): Promise<void> {
  w.advance(300);
  w.resync();
  await w.settle();
}

scene(
  'a Change whose checks may not be read says so with the remedy, and goes on once they may',
  async (w) => {
    await w.app(SHOP, { checks: ['ci'] });
    await w.settle();
    w.host.faults.refusesStatuses = true;
    await w.deploy(A);
    const { reason } = await w.changeOf(A);
    expect(reason).toMatch(/ the permission Commit statuses: read\. It goes on by itself\.$/);
    expect(await w.live()).toBeUndefined();
    w.host.faults.refusesStatuses = false;
    w.advance(300);
    w.resync();
    await w.settle();
    expect(await w.changeOf(A)).toMatchObject({ state: 'waiting for checks', reason: 'waiting for ci' });
  },
);

scene('what is held costs no request in a round, and is asked about when the Hold is lifted', async (w) => {
  await w.app(SHOP, { checks: ['ci'] });
  await w.deploy(A);
  await w.host.port.setStatus('acme/shop', A, { context: 'ci', state: 'success', description: '' });
  await w.hold();
  await round(w);
  expect(await w.changeOf(A)).toMatchObject({ state: 'held' });
  let asked = 0;
  w.interventions.around = (call, run) => {
    if (call === 'codeHost.statuses') asked++;
    return run();
  };
  await round(w);
  expect(asked).toBe(0);
  await w.host.port.setStatus('acme/shop', A, { context: 'ci', state: 'failure', description: '' });
  await w.lift();
  await w.settle();
  expect(await w.story(A)).toBe('failed: check ci is not green: failure');
});

scene('two Apps share a build: the one that asks the code host nothing goes on without it', async (w) => {
  const two = { namespace: 'acme', name: 'two' };
  await w.app(SHOP, { checks: ['ci'] });
  await w.app(two);
  await w.push(A);
  await w.deliver();
  w.interventions.around = (call, run) => {
    if (call === 'codeHost.statuses') throw new RetryableError('GitHub cannot be reached, or fails');
    return run();
  };
  await w.settle();
  expect(await w.live(two)).toBe(1);
  expect((await w.changeOf(A)).reason).toContain('GitHub cannot be reached, or fails');
});

scene('a Hold is lifted while the code host denies it: no older Change goes before the newest', async (w) => {
  await liftedDuring(w, new HostDeniedError('GitHub does not accept the token. Give another one.'));
});

scene('a Hold is lifted while the code host is down: no older Change goes before the newest', async (w) => {
  await liftedDuring(w, new RetryableError('GitHub cannot be reached, or fails'));
});

async function liftedDuring(w: World, trouble: Error): Promise<void> {
  await w.app(SHOP, { checks: ['ci'] });
  for (const commit of [A, B]) {
    await w.push(commit, commit === B ? { on: A } : {});
    await w.host.port.setStatus('acme/shop', commit, { context: 'ci', state: 'success', description: '' });
  }
  await w.hold();
  await w.settle();
  w.interventions.before('codeHost.statuses', () => {
    throw trouble;
  });
  await w.lift();
  await w.settle();
  expect(await w.live()).toBe(1);
  expect(await w.story(B)).toBe('deployed as r1');
  expect(await w.story(A)).toBe(`superseded by ${B}`);
}

scene('a configuration that was cancelled, taken back and wished again is followed', async (w) => {
  await w.app();
  await w.deploy(A);
  await w.hold();
  await w.edit({ env: { N: '2' } });
  await w.deliver();
  const held = await w.changeOf(A);
  expect(held).toMatchObject({ kind: 'config', state: 'held' });
  await w.cancel(held);
  await w.edit({ env: {} });
  await w.settle();
  await w.edit({ env: { N: '2' } });
  await w.settle();
  expect(await w.live()).toBe(1);
  await w.lift();
  await w.settle();
  expect(await w.live()).toBe(2);
  expect(await w.changeOf(A)).toMatchObject({ kind: 'config', reason: 'deployed as r2' });
});
