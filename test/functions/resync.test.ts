import { describe, expect, it } from 'vitest';
import { decide, headsFound, type ResyncFacts } from '../../functions/resync/decide.ts';
import { APPS_PER_TICK, codeHostTurn, TROUBLED_PER_TICK, troubledTurn } from '../../functions/resync/turn.ts';
import type { Condition } from '../../shared/domain/app.ts';
import { aNotice } from '../contract/store/fixtures.ts';
import {
  aBuild,
  aChange,
  anApp,
  aService,
  aWorkload,
  deployed,
  minutesAfterNoon,
  NOON,
  sha,
} from '../support/facts.ts';

const status = { live: 'r1', standby: '', commit: sha('1'), state: 'live', conditions: [] };

const facts = (change: Partial<ResyncFacts> = {}): ResyncFacts => ({
  apps: [anApp({ status })],
  workloads: [deployed(1)],
  services: [aService({ live: 1 })],
  openChanges: [],
  runningBuilds: [],
  unjudged: [],
  pending: [],
  notices: [],
  lostReleases: [],
  turn: [],
  now: minutesAfterNoon(2),
  ...change,
});
const ready: Condition = {
  type: 'ServiceReady',
  status: 'True',
  reason: 'Provided',
  message: '',
  lastTransitionTime: NOON.toISOString(),
};
const held = { ...status, state: 'held' };
const wished = anApp({ status: held, spec: { hold: { by: 'Ada', at: NOON.toISOString(), release: 1 } } });
const delivery = {
  id: '1/guid',
  event: 'push',
  repository: 'acme/shop',
  body: '{}',
  receivedAt: NOON.toISOString(),
};
const shop = { namespace: 'acme', name: 'shop' };

describe('resync emits', () => {
  it.each<[string, Partial<ResyncFacts>, readonly [string, unknown][]]>([
    ['nothing when all is well', {}, []],
    [
      'a delivery that nobody judged',
      { unjudged: [delivery] },
      [['com.github.push', { delivery: '1/guid' }]],
    ],
    ['a look for the Apps whose turn it is', { turn: [anApp()] }, [['dev.cite.app.found', shop]]],
    [
      'one look for an App that is being deleted',
      { apps: [anApp({ deleting: true })], turn: [anApp()] },
      [['dev.cite.app.found', shop]],
    ],
    [
      'a look for an App that createService never saw',
      { apps: [anApp({ status, finalizers: [] })] },
      [['dev.cite.app.found', shop]],
    ],
    [
      'a build whose end may be unheard',
      { runningBuilds: [aBuild()] },
      [['dev.cite.build.found', { build: 'b'.repeat(32) }]],
    ],
    ['nothing of a build that has just begun', { runningBuilds: [aBuild()], now: NOON }, []],
    [
      'a Change that waits',
      { openChanges: [aChange({ state: 'held' })] },
      [['dev.cite.change.found', { change: 'uid-1/push-1' }]],
    ],
    ['nothing of a Change that has just moved', { openChanges: [aChange()], now: NOON }, []],
    [
      'the release of a Change that has none',
      { openChanges: [aChange({ state: 'starting' })] },
      [['dev.cite.release.requested', { change: 'uid-1/push-1' }]],
    ],
    [
      'one look at the workloads for all that is on its way',
      { openChanges: [aChange({ state: 'switching', release: 2 })], workloads: [aWorkload(2), aWorkload(3)] },
      [['dev.cite.workload.found', shop]],
    ],
    [
      'a rollback of an App that is gone, though another one has its name',
      {
        openChanges: [aChange({ kind: 'rollback', state: 'switching', release: 1 })],
        apps: [anApp({ uid: 'uid-2', status })],
      },
      [['dev.cite.change.found', { change: 'uid-1/push-1' }]],
    ],
    [
      'a look for an App of whose newest release the store knows nothing',
      { lostReleases: [anApp()] },
      [['dev.cite.workload.found', shop]],
    ],
    [
      'a look for an App whose Service was deleted',
      { apps: [anApp({ status: { conditions: [ready] } })], services: [], workloads: [] },
      [['dev.cite.app.found', shop]],
    ],
    [
      'a look at the workloads of a Service that selects what is not there',
      { services: [aService({ live: 9 })] },
      [['dev.cite.workload.found', shop]],
    ],
    [
      'a look at the workloads of a Service that selects what has no pods',
      { workloads: [deployed(1, { replicas: 0 })] },
      [['dev.cite.workload.found', shop]],
    ],
    [
      'a look at the workloads of a Service that selects a standby',
      { workloads: [deployed(1, { standbySince: NOON })] },
      [['dev.cite.workload.found', shop]],
    ],
    [
      'a look at the workloads of an App that is not what its status says',
      { apps: [anApp({ status: held })] },
      [['dev.cite.workload.found', shop]],
    ],
    [
      'nothing of the status of an App that has no Service',
      { apps: [anApp()], services: [], workloads: [] },
      [],
    ],
    ['nothing for a wish that is fulfilled', { apps: [wished] }, []],
    [
      'a wish of a person that is not what is live',
      { apps: [wished], services: [aService({ live: 2 })] },
      [['dev.cite.workload.found', shop]],
    ],
    [
      'what the outside was not told',
      { pending: [{ id: 'm', change: 'uid-1/push-1', revision: 3 }] },
      [['dev.cite.change.updated', { change: 'uid-1/push-1' }]],
    ],
    [
      'what a destination is still to be told',
      { notices: [aNotice('msg_1')] },
      [['dev.cite.notice.written', { notice: 'msg_1' }]],
    ],
  ])('%s', (_title, change, events) => {
    expect(decide(facts(change)).map(({ type, data }) => [type, data])).toEqual(events);
  });

  it('a head that no Change is known of, and nothing else of the App', () => {
    expect(headsFound([anApp()]).map(({ type, data }) => [type, data])).toEqual([
      ['dev.cite.head.found', shop],
    ]);
  });

  it('looks at every App in turn, a bounded number in each tick', () => {
    const apps = Array.from({ length: 2 * APPS_PER_TICK + 1 }, (_, i) => i);
    const ticks = [0, 5, 10].map((minute) => codeHostTurn(apps, minutesAfterNoon(minute)));
    expect(ticks.flat().toSorted((a, b) => a - b)).toEqual(apps);
    expect(Math.max(...ticks.map((tick) => tick.length))).toBe(APPS_PER_TICK);
  });

  it('asks about all Apps in the end, though a slow code host lets it ask about ten in a turn', () => {
    const apps = Array.from({ length: 13 * APPS_PER_TICK }, (_, i) => i);
    const ticks = Array.from({ length: 13 * 15 }, (_, tick) => minutesAfterNoon(5 * tick));
    const asked = ticks.flatMap((now) => codeHostTurn(apps, now).slice(0, 10));
    expect(new Set(asked).size).toBe(apps.length);
  });

  it('looks in every tick at Apps that something is wrong with, a bounded number too', () => {
    const condition = (status: Condition['status']): Condition => ({
      type: 'SourceConnected',
      status,
      reason: 'X',
      message: '',
      lastTransitionTime: NOON.toISOString(),
    });
    const app = (name: string, status: Condition['status']) =>
      anApp({ name, status: { conditions: [condition(status)] } });
    const well = Array.from({ length: 2 * APPS_PER_TICK }, (_, i) => app(`well-${i}`, 'True'));
    const [ill, unknown] = [app('ill', 'False'), app('unknown', 'Unknown')];
    for (const minute of [0, 5, 10])
      expect(troubledTurn([...well, ill, unknown], minutesAfterNoon(minute))).toEqual([ill, unknown]);
    const many = Array.from({ length: 2 * TROUBLED_PER_TICK }, (_, i) => app(`ill-${i}`, 'False'));
    const ticks = [0, 5].map((minute) => troubledTurn(many, minutesAfterNoon(minute)));
    expect(ticks.map((tick) => tick.length)).toEqual([TROUBLED_PER_TICK, TROUBLED_PER_TICK]);
    expect(new Set(ticks.flat()).size).toBe(many.length);
  });

  it('looks at nothing when there is no App', () => {
    expect(codeHostTurn([], NOON)).toEqual([]);
  });
});
