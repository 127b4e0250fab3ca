import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { localCluster } from '../../scripts/local/cluster/cluster.ts';
import { changeFeed, type RecordChange } from '../../scripts/local/cluster/feed.ts';
import { appSpec } from '../../shared/domain/app-spec.ts';
import { address, temporaryFolder } from './world.ts';

const clock = () => new Date();
const spec = appSpec.parse({ repository: 'acme/web', branch: 'main' });
const writer = fileURLToPath(new URL('feed-process.ts', import.meta.url));

let dir: string;
let removeFolder: () => void;
let cluster: ReturnType<typeof localCluster>;
let told: RecordChange[];
let feeds: ReturnType<typeof changeFeed>[];

beforeEach(async () => {
  ({ dir, remove: removeFolder } = temporaryFolder());
  cluster = localCluster({ dir, clock, serviceAddress: address });
  told = [];
  feeds = [];
  await cluster.createNamespace('acme', 'acme');
});

afterEach(async () => {
  for (const feed of feeds) await feed.close();
  cluster.close();
  removeFolder();
});

function follow(deliver: (change: RecordChange) => Promise<void>, reader = 'broker') {
  const feed = changeFeed({ dir, clock, reader, deliver });
  feeds.push(feed);
  feed.start();
  return feed;
}
const listen = async (change: RecordChange) => void told.push(change);
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });
const summary = () => told.map(({ kind, name, verb }) => `${verb} ${kind} ${name}`);

test('every write is told once, in order, as Kubernetes would name it', async () => {
  follow(listen);
  const app = await cluster.createApp({ namespace: 'acme', name: 'web' }, spec);
  await cluster.ensureService(app);
  const service = await cluster.getService(app);
  if (service) await cluster.switchService(service, 1, clock());
  await cluster.writeSecret('acme', 'env', { A: '1' });
  await cluster.deleteApp(app);
  await eventually(() =>
    expect(summary()).toEqual([
      'add Namespace acme',
      'add App web',
      'add Service web',
      'update Service web',
      'add Secret env',
      'delete App web',
      'delete Service web',
    ]),
  );
  expect(told[2]).toMatchObject({
    namespace: 'acme',
    labels: { 'app.kubernetes.io/managed-by': 'cite', 'cite.dev/app': 'web' },
    resourceVersion: expect.stringMatching(/^\d+$/),
  });
  expect(told[1]?.uid).toBe(app.uid);
});

test('what changes nothing is not told', async () => {
  follow(listen);
  const app = await cluster.createApp({ namespace: 'acme', name: 'web' }, spec);
  await cluster.ensureService(app);
  await cluster.ensureService(app);
  await cluster.setAppStatus(app, { conditions: [] });
  await cluster.updateApp(app, { spec: app.spec, hold: null });
  await cluster.createNamespace('acme', 'other');
  await cluster.createNamespace('last', 'last');
  await eventually(() => expect(summary().at(-1)).toBe('add Namespace last'));
  expect(summary()).toEqual(['add Namespace acme', 'add App web', 'add Service web', 'add Namespace last']);
});

test('a change that could not be delivered is delivered again, before those after it', async () => {
  let failures = 2;
  follow(async (change) => {
    if (change.kind === 'App' && failures-- > 0) throw new Error('the broker is not there');
    told.push(change);
  });
  await cluster.createApp({ namespace: 'acme', name: 'web' }, spec);
  await cluster.createNamespace('last', 'last');
  await eventually(() =>
    expect(summary()).toEqual(['add Namespace acme', 'add App web', 'add Namespace last']),
  );
});

test('a feed goes on where the one before it ended, and each reader has its own place', async () => {
  const first = follow(listen);
  await eventually(() => expect(told).toHaveLength(1));
  await first.close();
  await cluster.createNamespace('second', 'second');
  follow(listen);
  await eventually(() => expect(summary()).toEqual(['add Namespace acme', 'add Namespace second']));
  told = [];
  follow(listen, 'another');
  await eventually(() => expect(summary()).toEqual(['add Namespace acme', 'add Namespace second']));
});

test('what other processes write at the same time is told, nothing lost and nothing twice', async () => {
  follow(listen);
  const writers = ['a', 'b', 'c'].map((prefix) => spawn(process.execPath, [writer, dir, prefix, '50']));
  const ends = writers.map((child) => once(child, 'exit'));
  for (let number = 0; number < 50; number += 1) await cluster.createNamespace(`own-${number}`, 'own');
  expect(await Promise.all(ends)).toEqual(ends.map(() => [0, null]));
  await eventually(() => expect(told).toHaveLength(201));
  expect(new Set(summary()).size).toBe(201);
  const sequences = told.map(({ sequence }) => sequence);
  expect(sequences).toEqual(sequences.toSorted((x, y) => x - y));
});

test('a kill -9 between a write and its delivery loses nothing', async () => {
  const child = spawn(process.execPath, [writer, dir, 'killed', '100000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  follow(listen);
  await eventually(() => expect(told.length).toBeGreaterThan(1));
  for (const { name } of told.slice(1)) expect(await cluster.namespaceOwners(name)).toEqual(['writer']);
  let there = 0;
  while (await cluster.namespaceOwners(`killed-${there}`)) there += 1;
  await eventually(() => expect(told).toHaveLength(there + 1));
});

test('what every reader has had is forgotten after a while, and no number is given twice', async () => {
  const past = () => new Date(Date.now() - 3_600_000);
  const earlier = localCluster({ dir, clock: past, serviceAddress: address });
  await earlier.createNamespace('old', 'old');
  earlier.close();
  const feed = follow(listen);
  await eventually(() => expect(told).toHaveLength(2));
  await feed.close();
  await follow(listen).close();
  follow(listen, 'newcomer');
  await eventually(() => expect(summary().slice(2)).toEqual(['add Namespace acme']));
  await cluster.createNamespace('next', 'next');
  await eventually(() => expect(told.at(-1)).toMatchObject({ name: 'next', sequence: 3 }));
});
