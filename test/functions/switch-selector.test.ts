import { describe, expect, it } from 'vitest';
import { decide, type SwitchFacts } from '../../functions/switchSelector/decide.ts';
import { decideLeftover } from '../../functions/switchSelector/decide-leftover.ts';
import { decideProof, type ProofFacts } from '../../functions/switchSelector/decide-proof.ts';
import {
  aChange,
  anApp,
  aPod,
  aService,
  aWorkload,
  deployed,
  minutesAfterNoon,
  NOON,
} from '../support/facts.ts';

const at = NOON.toISOString();
const held = anApp({ spec: { hold: { by: 'Ada', at } } });
const wishFor = (release: number) => anApp({ spec: { hold: { by: 'Ada', at, release } } });
const starting = { available: 1, progress: 'progressing' as const };

/** r1 is live, r2 is on its way and ready. */
const facts = (change: Partial<SwitchFacts> = {}): SwitchFacts => ({
  service: aService({ live: 1 }),
  app: anApp(),
  workloads: [deployed(1), aWorkload(2)],
  pods: [],
  verdicts: new Map(),
  askedAt: undefined,
  toProve: false,
  now: NOON,
  ...change,
});

describe('switchSelector decides', () => {
  it.each<[string, Partial<SwitchFacts>, object]>([
    [
      'to switch when every wanted pod is ready',
      {},
      { action: 'switch', release: 2, reason: 'every wanted pod is ready' },
    ],
    [
      'to switch to the first release alike',
      { service: aService(), workloads: [aWorkload(1)] },
      { action: 'switch', release: 1 },
    ],
    [
      'to wait while one pod of two is ready',
      { workloads: [deployed(1), aWorkload(2, starting)] },
      { action: 'wait', release: 2, reason: '1 of 2 pods are ready' },
    ],
    [
      'to say what it waits for',
      {
        workloads: [deployed(1), aWorkload(2, starting)],
        pods: [aPod(2, { reason: 'Unschedulable', message: 'no node has room' })],
      },
      { action: 'wait', reason: '1 of 2 pods are ready: Unschedulable: no node has room' },
    ],
    ['nothing when nothing is on its way', { workloads: [deployed(1)] }, { action: 'nothing' }],
    [
      'nothing when what is on its way has failed',
      { workloads: [deployed(1), aWorkload(2, { outcome: 'failed' })] },
      { action: 'nothing' },
    ],

    [
      'to fail a crash loop at once',
      {
        workloads: [deployed(1), aWorkload(2, starting)],
        pods: [aPod(2, { reason: 'CrashLoopBackOff', message: 'exit code 3', restarts: 2 })],
      },
      { action: 'fail', release: 2, reason: 'CrashLoopBackOff: exit code 3' },
    ],
    [
      'to give a pod that crashed once its second chance',
      {
        workloads: [deployed(1), aWorkload(2, starting)],
        pods: [aPod(2, { reason: 'CrashLoopBackOff', restarts: 1 })],
      },
      { action: 'wait', release: 2 },
    ],
    [
      'to fail an image that cannot be pulled',
      { workloads: [deployed(1), aWorkload(2, starting)], pods: [aPod(2, { reason: 'ImagePullBackOff' })] },
      { action: 'fail', release: 2, reason: 'ImagePullBackOff' },
    ],
    [
      'to fail at the deadline, with the reason of the pod',
      {
        workloads: [deployed(1), aWorkload(2, { available: 0, progress: 'deadline exceeded' })],
        pods: [aPod(2, { reason: 'Unschedulable' })],
      },
      { action: 'fail', release: 2, reason: '0 of 2 pods became ready in time: Unschedulable' },
    ],
    [
      'to fail at the deadline without a pod, with what keeps pods from being made',
      {
        workloads: [
          deployed(1),
          aWorkload(2, { available: 0, progress: 'deadline exceeded', blocked: 'exceeded quota' }),
        ],
      },
      { action: 'fail', reason: '0 of 2 pods became ready in time: exceeded quota' },
    ],
    [
      'not to fail a release for the pods of another',
      { pods: [aPod(1, { reason: 'ImagePullBackOff' })] },
      { action: 'switch', release: 2 },
    ],

    [
      'that a newer release supersedes a waiting one',
      { workloads: [deployed(1), aWorkload(2), aWorkload(3, starting)] },
      { action: 'supersede', release: 2, by: 3 },
    ],
    [
      'never to go back by itself',
      { service: aService({ live: 3 }), workloads: [aWorkload(2), deployed(3)] },
      { action: 'supersede', release: 2, by: 3 },
    ],

    [
      'to prove what is selected before anything newer',
      { workloads: [aWorkload(1), aWorkload(2)] },
      { action: 'prove', release: 1 },
    ],
    [
      'to go back from what was not proven',
      {
        service: aService({ live: 2, previous: 1 }),
        workloads: [deployed(1), aWorkload(2, { outcome: 'failed' })],
      },
      { action: 'switch', release: 1, reason: 'r2 was not proven' },
    ],
    [
      'not to go back to what is not ready',
      {
        service: aService({ live: 2, previous: 1 }),
        workloads: [deployed(1, { available: 1 }), aWorkload(2, { outcome: 'failed' })],
      },
      { action: 'nothing' },
    ],

    [
      'to hold what is ready under a Hold',
      { app: held },
      { action: 'hold', release: 2, reason: 'held by Ada' },
    ],
    [
      'to fail what crashes, Hold or not',
      { app: held, pods: [aPod(2, { reason: 'ImagePullBackOff' })] },
      { action: 'fail', release: 2 },
    ],
    [
      'to do what a person asked for',
      { app: wishFor(1), service: aService({ live: 2 }), workloads: [deployed(1), deployed(2)] },
      { action: 'switch', release: 1, reason: 'asked for by Ada' },
    ],
    [
      'to let a person wait for no proof',
      { app: wishFor(1), service: aService({ live: 2 }), workloads: [deployed(1), aWorkload(2)] },
      { action: 'switch', release: 1 },
    ],
    [
      'to start first what was scaled to 0',
      {
        app: wishFor(1),
        service: aService({ live: 2 }),
        workloads: [deployed(1, { replicas: 0, available: 0 }), deployed(2)],
      },
      { action: 'start', release: 1 },
    ],
    [
      'to wait for what was started for a person',
      {
        app: wishFor(1),
        service: aService({ live: 2 }),
        workloads: [deployed(1, { available: 0 }), deployed(2)],
        askedAt: NOON,
      },
      { action: 'wait', release: 1 },
    ],
    [
      'to fail it at its deadline, for a Deployment that was scaled up has none',
      {
        app: wishFor(1),
        service: aService({ live: 2 }),
        workloads: [deployed(1, { available: 0 }), deployed(2)],
        askedAt: NOON,
        now: minutesAfterNoon(6),
      },
      { action: 'give up', release: 1 },
    ],
    [
      'to leave live what is live when the wish has failed',
      {
        app: wishFor(1),
        service: aService({ live: 2 }),
        workloads: [deployed(1, { outcome: 'failed' }), deployed(2)],
      },
      { action: 'nothing' },
    ],
    [
      'to leave live what is live when the wish is gone',
      { app: wishFor(1), service: aService({ live: 2 }), workloads: [deployed(2)] },
      { action: 'nothing' },
    ],
    [
      'to prove anew what a person went back to',
      { app: wishFor(1), workloads: [deployed(1)], toProve: true },
      { action: 'prove', release: 1 },
    ],
    [
      'to hold the newer release while a wish is fulfilled',
      { app: wishFor(1) },
      { action: 'hold', release: 2 },
    ],
    [
      'to go no further with what was cancelled while it was made',
      { verdicts: new Map([[2, { outcome: 'cancelled', by: 'Ada' }]]) },
      { action: 'settle', release: 2, outcome: 'cancelled' },
    ],
    [
      'to go no further with what was superseded while it was made',
      { verdicts: new Map([[2, { outcome: 'superseded', by: 'r3' }]]) },
      { action: 'settle', release: 2, outcome: 'superseded' },
    ],
    [
      'to mark as failed what was refused while it was made',
      { verdicts: new Map([[2, { outcome: 'refused', why: 'owner' }]]) },
      { action: 'settle', release: 2, outcome: 'failed' },
    ],
    [
      'to find again what was live when its Service was made anew',
      { service: aService(), workloads: [deployed(1), deployed(2, { standbySince: NOON })] },
      { action: 'switch', release: 1, reason: 'the Service selects nothing' },
    ],
    [
      'to take the newest standby where nothing else is left',
      {
        service: aService(),
        workloads: [deployed(1, { standbySince: NOON }), deployed(2, { standbySince: NOON })],
      },
      { action: 'switch', release: 2 },
    ],
    [
      'not to undo a rollback whose proof failed',
      {
        app: wishFor(2),
        service: aService({ live: 2, previous: 1 }),
        workloads: [deployed(1), aWorkload(2, { outcome: 'failed' })],
      },
      { action: 'nothing' },
    ],
    [
      'to let what is ready replace what is selected and has lost its pods',
      { workloads: [aWorkload(1, { available: 0 }), aWorkload(2)] },
      { action: 'switch', release: 2 },
    ],
  ])('%s', (_title, change, decision) => {
    expect(decide(facts(change))).toMatchObject(decision);
  });
});

describe('the proof of a switch', () => {
  const proof = (change: Partial<ProofFacts> = {}): ProofFacts => ({
    service: aService({ live: 2, previous: 1, switchedAt: NOON, endpoints: [2, 2] }),
    live: aWorkload(2),
    pods: [],
    previous: deployed(1),
    fault: undefined,
    now: NOON,
    ...change,
  });
  const late = new Date(NOON.getTime() + 30_000);

  it.each<[string, Partial<ProofFacts>, object]>([
    ['holds when all endpoints are its own and a request is answered', {}, { action: 'proven' }],
    [
      'waits for the first endpoint',
      { service: aService({ live: 2, switchedAt: NOON }) },
      { action: 'again', reason: 'the Service has no ready endpoint' },
    ],
    [
      'waits until the old endpoints are gone',
      { service: aService({ live: 2, switchedAt: NOON, endpoints: [2, 1] }) },
      { action: 'again', reason: 'the Service still has endpoints of r1' },
    ],
    [
      'asks again after a bad answer',
      { fault: 'GET / answered 500' },
      { action: 'again', reason: 'GET / answered 500' },
    ],
    [
      'fails after 30 s, and says where it goes back to',
      { fault: 'GET / answered 500', now: late },
      { action: 'fail', reason: 'GET / answered 500; switching back to r1' },
    ],
    [
      'fails without a way back when the old one is not ready',
      { fault: 'refused', previous: deployed(1, { replicas: 0 }), now: late },
      { action: 'fail', reason: 'refused; there is no ready release to go back to' },
    ],
    [
      'fails without a way back when there was none',
      { fault: 'refused', previous: undefined, now: late },
      { action: 'fail', reason: 'refused; there is no ready release to go back to' },
    ],
    [
      'does not wait for a time that nobody wrote',
      { service: aService({ live: 2 }), now: NOON },
      { action: 'fail' },
    ],
    [
      'waits for pods that went after the switch, however long ago',
      { live: aWorkload(2, { available: 0 }), now: late },
      { action: 'wait', reason: '0 of 2 pods are ready' },
    ],
    [
      'fails at once when they crash',
      { live: aWorkload(2, { available: 0 }), pods: [aPod(2, { reason: 'CrashLoopBackOff', restarts: 2 })] },
      { action: 'fail', reason: 'CrashLoopBackOff; switching back to r1' },
    ],
  ])('%s', (_title, change, decision) => {
    expect(decideProof(proof(change))).toMatchObject(decision);
  });
});

describe('the verdict of a Change that was left over', () => {
  const scene = { service: aService({ live: 2 }), app: wishFor(1), workloads: [deployed(1), deployed(2)] };
  const rollback = aChange({ id: 'uid-1/x', kind: 'rollback', release: 1 });

  it.each<[string, ReturnType<typeof aChange>, Partial<typeof scene>, object | undefined]>([
    [
      'deployed, when its release is live and proven',
      aChange({ id: 'uid-1/y', release: 2 }),
      {},
      { outcome: 'deployed', release: 2 },
    ],
    ['none, while it waits for its build', aChange({ id: 'uid-1/y' }), {}, undefined],
    [
      'failed, when its release has failed',
      aChange({ release: 3 }),
      { workloads: [deployed(2), aWorkload(3, { outcome: 'failed' })] },
      { outcome: 'failed', why: 'r3 failed' },
    ],
    [
      'superseded, when its release was',
      aChange({ release: 1 }),
      { workloads: [aWorkload(1, { outcome: 'superseded' }), deployed(2)] },
      { outcome: 'superseded', by: 'r2' },
    ],
    [
      'superseded by the next, when nothing is live',
      aChange({ release: 1 }),
      { service: aService(), workloads: [aWorkload(1, { outcome: 'superseded' })] },
      { outcome: 'superseded', by: 'r2' },
    ],
    [
      'cancelled, when a person ended its release',
      aChange({ release: 1 }),
      { workloads: [aWorkload(1, { outcome: 'cancelled' })] },
      { outcome: 'cancelled', by: 'a person' },
    ],
    [
      'failed, when its release is there no more',
      aChange({ id: 'uid-1/y', release: 3 }),
      {},
      { outcome: 'failed', why: 'r3 is not there any more' },
    ],
    ['none, for a rollback that is still wanted', rollback, {}, undefined],
    [
      'cancelled, for a rollback that is not wanted any more',
      rollback,
      { app: held },
      { outcome: 'cancelled', by: 'the end of the Hold that asked for it' },
    ],
    [
      'failed, for a rollback to what the sweep took',
      rollback,
      { workloads: [deployed(2)] },
      { outcome: 'failed', why: 'r1 is not there any more' },
    ],
  ])('%s', (_title, change, world, verdict) => {
    expect(decideLeftover(change, { ...scene, ...world })).toEqual(verdict);
  });
});
