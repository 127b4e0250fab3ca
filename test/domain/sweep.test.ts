import { describe, expect, it } from 'vitest';
import { planSweep, type SweepFacts } from '../../shared/domain/sweep.ts';
import { anApp, aRelease, aService, aWorkload, deployed, minutesAfterNoon, NOON } from '../support/facts.ts';

const retention = { standbySeconds: 3600, releases: 2 };
const standby = { standbySince: NOON };
const retired = { replicas: 0, standbySince: NOON };

const facts = (change: Partial<SweepFacts> = {}): SweepFacts => ({
  app: anApp({ spec: { retention }, lastRelease: aRelease(9) }),
  service: aService({ live: 9 }),
  workloads: [deployed(9)],
  now: minutesAfterNoon(30),
  ...change,
});

describe('the sweep', () => {
  it.each<[string, Partial<SweepFacts>, string, string]>([
    ['keeps what is live', {}, 'keep', 'kept: live'],
    [
      'keeps a standby within its hour, and says until when',
      { workloads: [deployed(8, standby)] },
      'keep',
      'kept: standby until 13:00',
    ],
    [
      'names the day when it is another one',
      { workloads: [deployed(8, { standbySince: minutesAfterNoon(700) })], now: minutesAfterNoon(700) },
      'keep',
      'kept: standby until 2026-03-02 00:40',
    ],
    [
      'scales a standby down after its hour',
      { workloads: [deployed(8, standby)], now: minutesAfterNoon(60) },
      'scale down',
      'standby ended 13:00',
    ],
    [
      'scales down at once what never was live',
      { workloads: [aWorkload(8, { ...standby, outcome: 'failed' })] },
      'scale down',
      'failed: it never was live',
    ],
    [
      'scales down what was abandoned on its way',
      { workloads: [aWorkload(8, standby)] },
      'scale down',
      'abandoned: it never was live',
    ],
    [
      'starts a clock that nobody started, and sweeps nothing yet',
      { workloads: [deployed(8)], now: minutesAfterNoon(9999) },
      'start clock',
      'not live, and nobody wrote since when',
    ],
    [
      'starts a clock anew that is hours ahead',
      { workloads: [deployed(8, { standbySince: minutesAfterNoon(91) })] },
      'start clock',
      'on standby since a time that is yet to come',
    ],
    [
      'bears with the clock of another instance',
      { workloads: [deployed(8, { standbySince: minutesAfterNoon(90) })] },
      'keep',
      'kept: standby until 14:30',
    ],
    [
      'keeps what is pinned',
      { workloads: [deployed(8, { ...standby, pinnedBy: 'Ada' })], now: minutesAfterNoon(999) },
      'keep',
      'kept: pinned by Ada',
    ],
    [
      'keeps everything that may take over while nothing is live',
      { service: aService(), workloads: [deployed(8, standby)], now: minutesAfterNoon(999) },
      'keep',
      'kept: nothing is live: it may take over',
    ],
    [
      'keeps what is on its way',
      { workloads: [aWorkload(9)], service: aService({ live: 8 }) },
      'keep',
      'kept: on its way to be live',
    ],
    [
      'keeps what a person asked for',
      {
        app: anApp({ spec: { retention, hold: { by: 'Ada', at: NOON.toISOString(), release: 8 } } }),
        workloads: [deployed(8, retired)],
      },
      'keep',
      'kept: asked for by Ada',
    ],
    [
      'keeps an old release at 0 pods',
      { workloads: [deployed(8, retired)] },
      'keep',
      'kept: one of the last 2 releases, at 0 pods',
    ],
    [
      'scales down what was left behind by its App',
      { app: undefined, service: undefined, workloads: [deployed(8)] },
      'scale down',
      'its App is gone',
    ],
    [
      'deletes it when it is at 0',
      { app: undefined, service: undefined, workloads: [deployed(8, retired)] },
      'delete',
      'its App is gone',
    ],
    ['leaves alone what a Service selects, App or not', { app: undefined }, 'keep', 'kept: live'],
  ])('%s', (_title, change, action, reason) => {
    const [planned] = planSweep(facts(change));
    expect(planned).toMatchObject({ action, reason });
  });

  it('deletes beyond the last releases, newest kept', () => {
    const workloads = [deployed(5, retired), deployed(6, retired), deployed(7, retired), deployed(9)];
    expect(planSweep(facts({ workloads })).map(({ release, action }) => [release, action])).toEqual([
      [9, 'keep'],
      [7, 'keep'],
      [6, 'keep'],
      [5, 'delete'],
    ]);
  });

  it('keeps the way back until the new release is proven', () => {
    const workloads = [aWorkload(9), deployed(8, { standbySince: NOON })];
    const plan = planSweep(
      facts({ service: aService({ live: 9, previous: 8 }), workloads, now: minutesAfterNoon(99) }),
    );
    expect(plan[1]).toMatchObject({ release: 8, action: 'keep', reason: 'kept: r9 is not proven yet' });
  });
});
