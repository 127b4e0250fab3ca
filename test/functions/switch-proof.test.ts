import { describe, expect, it } from 'vitest';
import { decideProof, type ProofFacts } from '../../functions/switchSelector/decide-proof.ts';
import { aPod, aService, aWorkload, deployed, NOON } from '../support/facts.ts';

describe('the proof of a switch', () => {
  const proof = (change: Partial<ProofFacts> = {}): ProofFacts => ({
    service: aService({ live: 2, previous: 1, switchedAt: NOON, endpoints: [2, 2] }),
    live: aWorkload(2),
    pods: [],
    previous: deployed(1),
    fault: undefined,
    since: new Date(NOON.getTime() - 2000),
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
      'asks again at the first look, however late a clock says it is',
      { fault: 'GET / answered 500', since: late, now: late },
      { action: 'again' },
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
