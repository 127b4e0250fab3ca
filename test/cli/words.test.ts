import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  aDeadLetter,
  type ConsoleWorld,
  givenApp,
  givenChange,
  openConsole,
} from '../functions/console/world.ts';
import { commitFiles } from '../local/world.ts';
import { cite } from './cite.ts';
import { onTerminal } from './on-terminal.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
});
afterAll(() => world.close());

const run = (args: readonly string[], options: { cwd?: string } = {}) =>
  cite(args, { ...options, env: { CITE_URL: world.url } });

const good = async (...args: string[]): Promise<string> => {
  const answer = await run(args);
  expect(answer, args.join(' ')).toMatchObject({ code: 0, err: '' });
  return answer.out;
};

const TIME = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`;

describe('cite apps create', () => {
  test.each([
    ['deployed', 0, { outcome: 'deployed', release: 1 }],
    ['failed', 1, { outcome: 'failed', why: 'npm ci failed' }],
  ] as const)('--wait ends with the verdict of the first Change: %s is %i', async (word, code, verdict) => {
    const name = `wait-${word}`;
    const commit = world.repository(`acme/${name}`);
    const waiting = run(['apps', 'create', `acme/${name}`, '--wait']);
    const ref = { namespace: 'acme', name };
    const app = await vi.waitUntil(() => world.cluster.getApp(ref), { timeout: 20_000 });
    await givenChange(world, app, { commit, state: 'ended', verdict });
    // Of another one the command takes no notice: it waits for the first.
    await givenChange(world, app, {});
    const { code: ended, err, out } = await waiting;
    expect({ code: ended, err }).toEqual({ code, err: '' });
    expect(out).toContain(`Its head ${commit.slice(0, 7)} is being built: cite why ${commit.slice(0, 7)}\n`);
    expect(out).toMatch(new RegExp(`\n.*push ${commit.slice(0, 7)} .* ${word}[\\s\\S]*\n  ${TIME}  ended`));
  });
});

describe('cite apps', () => {
  test('list says of a failed App how to learn why', async () => {
    const app = await givenApp(world);
    const verdict = { outcome: 'failed', why: 'npm ci failed' } as const;
    const { commit } = await givenChange(world, app, { state: 'ended', verdict });
    const out = await good('apps', 'list', '--namespace', app.namespace);
    expect(out).toMatch(new RegExp(`${app.namespace}/shop +- +- +failed `));
    expect(out).toContain(`cite why ${commit.slice(0, 7)} tells why its newest Change failed.`);
  });

  test.skipIf(!existsSync('/usr/bin/script'))('delete asks on a terminal, and takes only yes', async () => {
    const app = await givenApp(world);
    const address = `${app.namespace}/shop`;
    const no = await onTerminal(world.url, ['apps', 'delete', address], 'n\n');
    expect(no.out).toContain(`Delete ${address} and all that was made for it? [y/N]`);
    expect(no).toMatchObject({ code: 1, out: expect.stringContaining('stays as it is') });
    expect(await world.cluster.getApp(app)).toBeDefined();
    const yes = await onTerminal(world.url, ['apps', 'delete', address], 'yes\n');
    expect(yes).toMatchObject({ code: 0, out: expect.stringContaining('is being deleted') });
    expect(await world.cluster.getApp(app)).toBeUndefined();
  });

  test('set shows no defaults, as if what is not named were reset; create does', async () => {
    expect(await good('apps', 'set', '--help')).not.toContain('(default');
    expect(await good('apps', 'create', '--help')).toMatch(/listens on \(default: 8080\)/);
  });
});

describe('cite why', () => {
  test('of an App tells its newest Change; git comes first', async () => {
    const app = await givenApp(world, { ref: { namespace: 'why', name: 'bell' } });
    const none = await run(['why', 'bell'], { cwd: world.dir });
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('why/bell has no Change yet') });
    await givenChange(world, app, { title: 'Older' });
    await givenChange(world, app, { title: 'Newer' });
    for (const name of ['bell', 'why/bell']) {
      const out = await good('why', name);
      expect(out).toContain('"Newer"');
      expect(out).not.toContain('"Older"');
    }
    const checkout = join(world.dir, 'checkout');
    mkdirSync(checkout);
    const commit = commitFiles(checkout, { 'index.html': 'why' });
    await givenChange(world, app, { title: 'Branch', commit });
    const other = await givenApp(world, { ref: { namespace: 'why', name: 'main' } });
    await givenChange(world, other, { title: 'App' });
    expect((await run(['why', 'main'], { cwd: checkout })).out).toContain('"Branch"');
    const nothing = await run(['why', 'nothing'], { cwd: world.dir });
    expect(nothing).toMatchObject({
      code: 1,
      err: expect.stringContaining('nothing is no commit here, and no App'),
    });
  });
});

test('cite status names what is under way, and dead letters with what to do', async () => {
  const app = await givenApp(world);
  const { commit } = await givenChange(world, app, {});
  const letter = { id: 'a', type: 'com.github.push', source: '/x', data: {}, destination: 'onPush' };
  const at = '2026-11-20T14:32:05.000Z';
  await world.store.keepDeadLetter({ ...letter, code: 422, message: 'no\nbranch', at });
  const out = await good('status');
  expect(out).toMatch(
    new RegExp(`\n    ${app.namespace}/shop  ${commit.slice(0, 7)}  building for \\d+ s\n`),
  );
  expect(out).toMatch(
    /\n {4}2026-11-20 14:32:05 UTC {2}onPush answered 422 to com\.github\.push: no branch\n {6}\S/,
  );
});

test('cite status tells of webhooks and of the limit; cite webhooks and cite replay go on from there', async () => {
  const fresh = await openConsole();
  const ask = (...args: string[]) => cite(args, { env: { CITE_URL: fresh.url } });
  try {
    fresh.repository('acme/told');
    const app = await givenApp(fresh, { spec: { repository: 'acme/told' } });
    const message = 'Give the token the permission Webhooks: write.';
    const condition = { type: 'SourceConnected', reason: 'NotConnected', lastTransitionTime: '' } as const;
    await fresh.cluster.setAppStatus(app, { conditions: [{ ...condition, status: 'False', message }] });
    const id = await aDeadLetter(fresh, { message: 'no \u001b[2Jbranch' });
    fresh.limits.core = { limit: 5000, remaining: 0, reset: 1_772_366_400 };
    const { out } = await ask('status');
    expect(out).toContain(`\n    acme/told  ${message} told of nothing in 7 days\n`);
    expect(out).toContain(`  0 of 5000 requests are left until 2026-03-01 12:00:00 UTC\n`);
    expect(out).toContain(`\n      cite replay ${id} publishes it again`);
    expect(await ask('doctor')).toMatchObject({ code: 1, out: expect.stringMatching(/^wrong {2}limit/m) });
    expect((await ask('replay', id)).out).toMatch(/^com\.github\.push is published again\./);
    expect((await ask('status')).out).toMatch(/published again by \S+@\S+, \d+ s ago/);
    expect((await ask('webhooks', 'acme/told')).out).toContain('Nothing in 3 days');
    expect(await ask('webhooks', 'told')).toMatchObject({ code: 2 });
  } finally {
    await fresh.close();
  }
});

test('a standby that broke says so wherever one looks, and is gone back to with a warning', async () => {
  const standby = { outcome: 'deployed', standbySince: new Date() } as const;
  const app = await givenApp(world, { releases: [standby, { outcome: 'deployed' }], live: 2 });
  const address = `${app.namespace}/shop`;
  expect(await good('apps', 'show', address)).toContain('0 of 1 pods ready, not checked yet');
  const fault = '0 of 1 pods are ready:\u001b[2J\nCrashLoopBackOff';
  const checkedAt = new Date(Date.now() - 180_000).toISOString();
  await world.store.saveStandbyCheck({ app: app.uid, release: 1, at: checkedAt, fault });
  await world.cluster.setAppStatus(app, { standby: 'r1', rollback: 'r1 broken' });
  const words = 'would not take over: 0 of 1 pods are ready: CrashLoopBackOff, checked 3 min ago';
  expect(await good('releases', address)).toContain(words);
  expect(await good('apps', 'show', address)).toContain(words);
  expect(await good('status')).toContain(
    `\n  standbys that would not take over:\n    ${address} r1: cite apps show ${address}\n`,
  );
  const activated = await good('activate', address, 'r1');
  expect(activated).toMatch(/\nwarning: r1 would not have taken over when it was checked 3 min ago: /);
  expect(activated).toContain('The App is held');
});

test('an App that has nothing on standby says so', async () => {
  const app = await givenApp(world, { releases: [{ outcome: 'deployed' }], live: 1 });
  expect(await good('apps', 'show', `${app.namespace}/shop`)).toContain(
    'nothing to roll back to in an instant',
  );
});

test('cite env says when nothing changed, and then changes nothing', async () => {
  const app = await givenApp(world, { spec: { env: { A: '1' } } });
  const address = `${app.namespace}/shop`;
  expect(await good('env', 'set', address, 'A=1')).toMatch(/^Nothing changed/);
  expect(await good('env', 'unset', address, 'B', 'toString')).toMatch(/^Nothing changed/);
  expect((await world.cluster.getApp(app))?.generation).toBe(app.generation);
  expect(await good('env', 'set', address, 'A=1', 'B=2')).toBe(`${address} now has A, B.\n`);
});

test('times are said in one form, with their zone', async () => {
  const standby = { outcome: 'deployed', standbySince: new Date() } as const;
  const app = await givenApp(world, { releases: [standby, { outcome: 'deployed' }], live: 2 });
  const address = `${app.namespace}/shop`;
  const until = new RegExp(`standby until ${TIME},`);
  expect(await good('releases', address)).toMatch(until);
  expect(await good('apps', 'show', address)).toMatch(until);
  expect(await good('sweep', '--dry-run')).toContain('(times in UTC)');
  expect(await good('why', address)).toMatch(new RegExp(`\n  ${TIME}  ended`));
});

test.each<[string, string[], number, RegExp]>([
  ['a Secret in two words', ['secrets', 'set', 'me', 's1', 'K=V'], 2, /^cite: .*write me\/s1\.\n$/],
  [
    'an address that is none',
    ['status', '--url', 'foo'],
    2,
    /^cite: foo is no address\. .*http:\/\/host:port/,
  ],
  ['an address of another kind', ['status', '--url', 'localhost:80'], 2, /^cite: localhost:80 is no address/],
  ['an endless name', ['apps', 'show', 'x'.repeat(4000)], 1, /^cite: there is no App x{79}…\. .{0,80}\n$/],
])('cite says what to write instead of %s', async (_title, args, code, words) => {
  const answer = await run(args);
  expect(answer).toMatchObject({ code, out: '' });
  expect(answer.err).toMatch(words);
});

test('the help names the verbs of each group, and what an App is', async () => {
  const help = await good('--help');
  expect(help).toMatch(/apps +Apps: create, set, list, show, delete/);
  expect(help).toMatch(/env +.*set, unset/);
  expect(help).toMatch(/secrets +.*set/);
  expect(await good('releases', '--help')).toMatch(/app +name of an App, or <namespace>\/<name>/);
});
