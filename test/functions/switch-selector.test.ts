import { describe, expect, it } from 'vitest';
import { decide, type SwitchFacts } from '../../functions/switchSelector/decide.ts';
import { anApp, aPod, aService, aWorkload, deployed, minutesAfterNoon, NOON } from '../support/facts.ts';

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
  cancelledBy: new Map(),
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
    [
      'to cancel what somebody wants cancelled, rather than switch to it',
      { cancelledBy: new Map([[2, 'Ada']]) },
      { action: 'settle', release: 2, verdict: { outcome: 'cancelled', by: 'Ada' } },
    ],
    [
      'to cancel it though the pods of what is live are gone: what comes after it is not to wait',
      {
        workloads: [aWorkload(1, { available: 0 }), aWorkload(2), aWorkload(3)],
        cancelledBy: new Map([[2, 'Ada']]),
      },
      { action: 'settle', release: 2 },
    ],
    [
      'to mark what was deployed before it looks for what the Service may select',
      {
        service: aService(),
        workloads: [deployed(1), aWorkload(2)],
        verdicts: new Map([[2, { outcome: 'deployed', release: 2 }]]),
      },
      { action: 'settle', release: 2, outcome: 'deployed' },
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
      'that what was overtaken loses its pods',
      { workloads: [deployed(1), aWorkload(2, { outcome: 'superseded', standbySince: NOON })] },
      { action: 'retire', release: 2, reason: 'superseded before it was live' },
    ],
    [
      'that it loses them after what is ready is live',
      { workloads: [deployed(1), aWorkload(2, { outcome: 'cancelled', standbySince: NOON }), aWorkload(3)] },
      { action: 'switch', release: 3 },
    ],
    ...(
      [
        ['that is pinned', { standbySince: NOON, pinnedBy: 'Ada' }],
        ['that is claimed', {}],
        ['that has none', { standbySince: NOON, replicas: 0 }],
      ] as const
    ).map(([which, change]): [string, Partial<SwitchFacts>, object] => [
      `to leave the pods of one ${which}`,
      { workloads: [deployed(1), aWorkload(2, { outcome: 'superseded', ...change })] },
      { action: 'nothing' },
    ]),
    [
      'never to go back by itself',
      { service: aService({ live: 3 }), workloads: [aWorkload(2), deployed(3)] },
      { action: 'supersede', release: 2, by: 3 },
    ],

    [
      'to prove what was overtaken just when it was selected',
      { workloads: [aWorkload(1, { outcome: 'superseded' })] },
      { action: 'prove', release: 1 },
    ],
    [
      'that what is selected ends as its verdict says, whatever it is like by now',
      {
        workloads: [aWorkload(1)],
        verdicts: new Map([[1, { outcome: 'failed', why: 'r1 was not proven' }]]),
      },
      { action: 'settle', release: 1, outcome: 'failed' },
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
      'to bring back what was live when the selector was made to name nothing that is there',
      { service: aService({ live: 9 }), workloads: [deployed(1, { standbySince: NOON }), deployed(2)] },
      {
        action: 'switch',
        release: 2,
        found: 'the Service selects r9, which does not run: r2 is selected again',
      },
    ],
    [
      'to bring back what was live when the selector was made to name a release at 0 pods',
      { service: aService({ live: 1 }), workloads: [deployed(1, { replicas: 0 }), deployed(2)] },
      { action: 'switch', release: 2 },
    ],
    [
      'to start what is live where somebody took its pods: a standby is no reason to go back',
      {
        service: aService({ live: 2 }),
        workloads: [deployed(1, { standbySince: NOON }), deployed(2, { replicas: 0 })],
      },
      { action: 'start', release: 2 },
    ],
    [
      'to wait where what is selected at 0 pods never was live',
      { service: aService({ live: 1 }), workloads: [aWorkload(1, { outcome: 'superseded', replicas: 0 })] },
      { action: 'nothing' },
    ],
    [
      'to keep a standby that somebody selected by hand',
      { service: aService({ live: 1 }), workloads: [deployed(1, { standbySince: NOON }), deployed(2)] },
      { action: 'adopt', release: 1 },
    ],
    [
      'to go on to what is on its way, whatever number a selector names that is not there',
      { service: aService({ live: 9 }), workloads: [aWorkload(2)] },
      { action: 'switch', release: 2 },
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
