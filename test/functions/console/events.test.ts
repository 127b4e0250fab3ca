import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceChange, concludeChange } from '../../../shared/domain/change.ts';
import { type ConsoleWorld, givenApp, givenChange, openConsole } from './world.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
});
afterAll(() => world.close());

interface Told {
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: what an event holds is what the test is about
  readonly data: any;
}

/** What the stream's format says (HTML, 9.2.6), as far as it is used here. */
const parse = (text: string): readonly Told[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const data = field('data');
      return data === undefined ? [] : [{ id: field('id') ?? '', data: JSON.parse(data) }];
    });

const ask = async (query: string, headers = {}) => {
  const answer = await world.ask('GET', `/api/events${query}`, undefined, headers);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers['content-type']).toBe('text/event-stream');
  expect(answer.text).toMatch(/^retry: \d+\n\n/);
  return parse(answer.text);
};

/** Reads until `enough`, then goes away in the middle of whatever comes. */
async function read(query: string, headers: Record<string, string>, enough: (text: string) => boolean) {
  const req = get(`${world.url}/api/events${query}`, { headers, agent: false });
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  let text = '';
  res.setEncoding('utf8').on('error', () => undefined);
  for await (const part of res) {
    text += part;
    if (enough(text)) break;
  }
  req.destroy();
  return parse(text);
}

const begun = async () => {
  const app = await givenApp(world);
  return { app, change: await givenChange(world, app, { by: 'ann' }), of: `${app.namespace}/${app.name}` };
};

describe('the events', () => {
  test('tell each step of a Change in order, the last one with its verdict', async () => {
    const { change, of } = await begun();
    const starting = advanceChange(change, { state: 'starting', reason: 'built', release: 3 }, new Date());
    const saved = await world.store.saveChange(starting);
    await world.store.saveChange(concludeChange(saved, { outcome: 'deployed', release: 3 }, new Date()));
    const told = await ask(`?app=${encodeURIComponent(of)}`);
    expect(told.map(({ data }) => [data.change, data.state, data.reason, data.release])).toEqual([
      [change.id, 'building', 'its build runs', undefined],
      [change.id, 'starting', 'built', 3],
      [change.id, 'ended', 'deployed as r3', 3],
    ]);
    expect(told[0]?.data).toMatchObject({ by: 'ann', title: 'Add a till', kind: 'push' });
    expect(told[0]?.data.app).toEqual({ namespace: change.app.namespace, name: 'shop' });
    expect(told.map(({ data }) => data.verdict)).toEqual([
      undefined,
      undefined,
      { outcome: 'deployed', text: 'deployed as r3' },
    ]);
  });

  test('are those of an App, of a repository, or after a place or a time', async () => {
    const before = Date.now() - 1;
    const [one, two] = [await begun(), await begun()];
    const ids = async (query: string, headers = {}) =>
      (await ask(query, headers)).map(({ data }) => data.change);
    const both = [one.change.id, two.change.id];
    expect(await ids(`?after=${before}`)).toEqual(both);
    expect(await ids(`?after=${before}&repository=ACME/shop`)).toEqual(both);
    expect(await ids(`?after=${before}&repository=acme/other`)).toEqual([]);
    expect(await ids(`?app=${encodeURIComponent(two.of)}`)).toEqual([two.change.id]);
    const [first] = await ask(`?after=${before}`);
    expect(await ids(`?after=${first?.id}`)).toEqual([two.change.id]);
    expect(await ids('?after=0', { 'last-event-id': `${first?.id}` })).toEqual([two.change.id]);
  });

  test('are refused to who names no place or no App', async () => {
    for (const query of [
      '?after=soon',
      '?after=-1',
      '?after=1.5',
      '?app=shop',
      '?repository=shop',
      '?follow=1',
    ])
      expect((await world.ask('GET', `/api/events${query}`)).status, query).toBe(422);
    const headers = { 'last-event-id': 'x' };
    expect((await world.ask('GET', '/api/events', undefined, headers)).status).toBe(422);
  });

  test('come as they happen, to whoever follows', async () => {
    const { change, of } = await begun();
    const following = read(`?follow=true&app=${encodeURIComponent(of)}`, {}, (text) =>
      text.includes('"held"'),
    );
    await setTimeout(200);
    await world.store.saveChange(advanceChange(change, { state: 'held', reason: 'held' }, new Date()));
    expect((await following).map(({ data }) => data.state)).toEqual(['building', 'held']);
  });

  test('are neither lost nor repeated by who is cut off again and again while Changes go on', async () => {
    const before = Date.now() - 1;
    const app = await givenApp(world);
    const other = await begun();
    const changes = await Promise.all(Array.from({ length: 12 }, () => givenChange(world, app, {})));
    const STEPS = 12;
    let isWriting = true;
    const writing = Promise.all(
      changes.map(async (given, i) => {
        let change = given;
        for (let step = 1; step <= STEPS; step++) {
          await setTimeout((i * 7 + step * 13) % 40);
          // Writers' clocks differ: the order is that of the writes.
          const at = new Date(Date.now() - ((i * 997) % 5000));
          change = await world.store.saveChange(
            advanceChange(change, { state: 'starting', reason: `step ${step}` }, at),
          );
        }
        await world.store.saveChange(concludeChange(change, { outcome: 'superseded', by: 'r9' }, new Date()));
      }),
    ).then(() => {
      isWriting = false;
    });

    const told: Told[] = [];
    const of = encodeURIComponent(`${app.namespace}/${app.name}`);
    let connections = 0;
    for (let last = `${before}`; isWriting; last = told.at(-1)?.id ?? last) {
      const wanted = 100 + ((connections * 331) % 3000);
      told.push(...(await read(`?app=${of}`, { 'last-event-id': last }, (text) => text.length > wanted)));
      connections += 1;
      await setTimeout(10);
    }
    await writing;
    told.push(...(await ask(`?app=${of}&after=${told.at(-1)?.id ?? before}`)));
    expect(connections).toBeGreaterThan(3);
    const key = ({ data }: Told) => `${data.change} ${data.reason}`;
    expect(new Set(told.map(key)).size).toBe(told.length);
    for (const { id } of changes)
      expect(told.filter(({ data }) => data.change === id).map(({ data }) => data.reason)).toEqual([
        'its build runs',
        ...Array.from({ length: STEPS }, (_, i) => `step ${i + 1}`),
        'superseded by r9',
      ]);
    expect(told.some(({ data }) => data.change === other.change.id)).toBe(false);
  });
});
