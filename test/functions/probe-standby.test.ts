import { describe, expect, it } from 'vitest';
import { decide, type StandbyFacts } from '../../functions/probeStandby/decide.ts';
import { standbysOf } from '../../functions/probeStandby/decide-standbys.ts';
import type { StandbyCheck } from '../../shared/domain/standby-check.ts';
import type { Workload } from '../../shared/domain/workload.ts';
import { anApp, aPod, aService, aWorkload, deployed, minutesAfterNoon, NOON } from '../support/facts.ts';

const standby = (release: number, workload: Partial<Workload> = {}) => ({
  ...deployed(release, workload),
  standbySince: NOON,
});

describe('the standbys', () => {
  const of = (workloads: readonly Workload[], live: number | undefined) => {
    const services = [aService({ ...(live === undefined ? {} : { live }) })];
    const [found] = standbysOf({ apps: [anApp()], services, workloads });
    return found?.standbys.map(({ release }) => release.number);
  };

  it.each<[string, Workload, boolean]>([
    ['within its time', standby(1), true],
    ['past its time, and not swept yet', deployed(1, { standbySince: new Date(0) }), true],
    ['pinned', standby(1, { pinnedBy: 'Ada' }), true],
    ['not ready', standby(1, { available: 0 }), true],
    ['retired', standby(1, { replicas: 0 }), false],
    ['claimed: a person asked for it', deployed(1), false],
    ['never live', standby(1, { outcome: 'superseded' }), false],
    ['on its way', aWorkload(1, { standbySince: NOON }), false],
  ])('one that is %s', (_which, workload, counts) => {
    expect(of([workload, deployed(2)], 2)).toEqual(counts ? [1] : []);
  });

  it('are not what is live, whatever its clock says', () => {
    expect(of([standby(1), standby(2)], 1)).toEqual([2]);
  });

  it('are any where nothing is live, newest first', () => {
    expect(of([standby(1), standby(10), standby(2)], undefined)).toEqual([10, 2, 1]);
  });

  it('are of their own App, and of none that goes', () => {
    const going = { name: 'gone', deleting: true };
    const apps = [anApp(), anApp({ name: 'till' }), anApp({ name: 'new' }), anApp(going)];
    const there = { namespace: 'acme', name: 'till' };
    const gone = { namespace: 'acme', name: 'gone' };
    const workloads = [standby(3), standby(1, { app: there }), standby(1, { app: gone })];
    const services = [aService({ live: 4 }), aService({ app: there, live: 1 })];
    const found = standbysOf({ apps, services, workloads });
    expect(found.map(({ app, standbys: own }) => [app.name, own.map((w) => w.release.number)])).toEqual([
      ['shop', [3]],
      ['till', []],
      ['new', []],
    ]);
  });
});

const at = (minutes: number) => minutesAfterNoon(minutes).toISOString();
const well = (minutes: number): StandbyCheck => ({ app: 'uid-1', release: 1, at: at(minutes) });
const broken = (minutes: number): StandbyCheck => ({ ...well(minutes), fault: 'it crashed' });

describe('a standby', () => {
  const look = (facts: Partial<StandbyFacts>) =>
    decide({
      app: { uid: 'uid-1' },
      standby: standby(1),
      pods: [],
      answers: [{ pod: 'shop-r1-1' }, { pod: 'shop-r1-2' }],
      before: undefined,
      now: minutesAfterNoon(10),
      ...facts,
    });
  const crashing = aPod(1, { reason: 'CrashLoopBackOff', message: 'back-off 10s' });

  it.each<[string, Partial<StandbyFacts>, string | undefined]>([
    ['all of its pods are ready and answer', {}, undefined],
    [
      'a pod crashes',
      { standby: standby(1, { available: 1 }), pods: [crashing], answers: [] },
      '1 of 2 pods are ready: CrashLoopBackOff: back-off 10s',
    ],
    [
      'no pod can be made',
      { standby: standby(1, { available: 0, blocked: 'exceeded quota' }), answers: [] },
      '0 of 2 pods are ready: exceeded quota',
    ],
    [
      'a ready pod answers badly',
      { answers: [{ pod: 'shop-r1-1' }, { pod: 'shop-r1-2', fault: 'GET / answered 500' }] },
      'pod shop-r1-2: GET / answered 500',
    ],
    ['none can be asked', { answers: [] }, 'none of its pods can be asked'],
  ])('where %s', (_what, facts, fault) => {
    const { check } = look(facts);
    expect(check).toEqual({ ...well(10), ...(fault === undefined ? {} : { fault }) });
  });

  const bad = { answers: [{ pod: 'p', fault: 'GET / answered 500' }] };

  it.each<[string, Partial<StandbyFacts>, object | undefined]>([
    ['is well, and was', { before: well(5) }, undefined],
    ['is well at the first look', {}, undefined],
    ['is as broken as it was', { ...bad, before: broken(5) }, undefined],
    [
      'broke',
      { ...bad, before: well(5) },
      { type: 'Warning', reason: 'StandbyBroken', id: `standby/r1/${at(5)}/StandbyBroken` },
    ],
    [
      'is broken at the first look',
      bad,
      { type: 'Warning', reason: 'StandbyBroken', id: `standby/r1/${at(0)}/StandbyBroken` },
    ],
    [
      'is well again',
      { before: broken(5) },
      { type: 'Normal', reason: 'StandbyReady', id: `standby/r1/${at(5)}/StandbyReady` },
    ],
  ])('that %s is told of once', (_what, facts, event) => {
    const told = look(facts).event;
    if (event) expect(told).toMatchObject({ ...event, at: minutesAfterNoon(10) });
    else expect(told).toBeUndefined();
  });

  it('says what is wrong, and that it is over', () => {
    expect(look({ ...bad, before: well(5) }).event?.message).toBe(
      'r1 is on standby and would not take over: pod p: GET / answered 500',
    );
    expect(look({ before: broken(5) }).event?.message).toBe('r1 would take over again.');
  });
});
