import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { StoredEvent } from '../../scripts/local/broker/event.ts';
import { passes } from '../../scripts/local/broker/filter.ts';
import { readManifests } from '../../scripts/local/broker/manifests.ts';
import { type Schedule, schedule } from '../../scripts/local/broker/schedule.ts';

const { pings, triggers } = readManifests('knative/base');
let published: StoredEvent[];
let running: Schedule | undefined;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T11:58:30Z') });
  published = [];
});
afterEach(() => {
  running?.stop();
  vi.useRealTimers();
});

const start = (sources: typeof pings) => {
  running = schedule(
    sources,
    (event) => published.push(event),
    () => new Date(),
  );
  running.start();
};
const woken = ({ attributes }: StoredEvent) =>
  triggers.filter(({ spec }) => passes(spec.filters, attributes)).map(({ metadata }) => metadata.name);

describe('the schedules of one machine', () => {
  test('each is due at the start: what was missed while the machine was off is made good', () => {
    start(pings);
    expect(published.flatMap(woken).sort()).toEqual(['gc-sweep', 'probe-standby', 'resync']);
  });

  test('an event is as PingSource sends it, and wakes the functions of its tick alone', async () => {
    start(pings);
    published.length = 0;
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    expect(published.map(({ attributes }) => attributes.source).sort()).toEqual([
      '/apis/v1/namespaces/cite-system/pingsources/gc-sweep',
      '/apis/v1/namespaces/cite-system/pingsources/resync',
    ]);
    expect(published.map(({ attributes }) => attributes.type)).toEqual(
      Array(2).fill('dev.knative.sources.ping'),
    );
    expect(published.map(woken)).toEqual(expect.arrayContaining([['gc-sweep'], ['probe-standby', 'resync']]));
  });

  test('the time zone counts', async () => {
    const [ping] = pings;
    if (!ping) throw new Error('no PingSource');
    start([{ ...ping, spec: { ...ping.spec, schedule: '0 13 * * *', timezone: 'Europe/Berlin' } }]);
    published.length = 0;
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    expect(published.map(({ attributes }) => attributes.time)).toEqual(['2026-11-20T12:00:00.000Z']);
  });

  test('stopped, none is due any more', async () => {
    start(pings);
    running?.stop();
    published.length = 0;
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(published).toEqual([]);
  });
});
