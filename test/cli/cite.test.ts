import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConsoleWorld, givenApp, givenChange, openConsole } from '../functions/console/world.ts';
import { commitFiles } from '../local/world.ts';
import { cite as run } from './cite.ts';

const API_TOKEN = 'a-token-of-length-24-or-so';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole({ API_TOKEN });
  world.repository('acme/shop', { 'index.html': 'hello' }, ['staging']);
});
afterAll(() => world.close());

const cite = (args: readonly string[], options: { cwd?: string; input?: string; env?: object } = {}) =>
  run(args, { ...options, env: { CITE_URL: world.url, CITE_TOKEN: API_TOKEN, ...options.env } });

const good = async (...args: string[]): Promise<string> => {
  const ran = await cite(args);
  expect(ran, args.join(' ')).toMatchObject({ code: 0, err: '' });
  return ran.out;
};

describe('cite', () => {
  test('registers an App with its settings, lists, shows, changes and deletes it', async () => {
    await world.cluster.createNamespace('acme', 'acme');
    await world.cluster.writeSecret('acme', 'shop', { KEY: 'x' });
    const out = await good(
      ...['apps', 'create', 'acme/shop', '--branch', 'staging', '--name', 'shop-staging', '--port', '3000'],
      ...[
        '--env',
        'A=1',
        '--env',
        'B=x=y',
        '--secret',
        'shop',
        '--builder',
        'static',
        '--check',
        'ci',
        '--ready',
        '/healthz',
        '--domain',
        'shop.example.com',
        '--domain',
        'www.example.com',
      ],
    );
    expect(out).toMatch(/acme\/shop-staging[\s\S]*\nIts head ([0-9a-f]{7}) is being built: cite why \1\n$/);
    const ref = { namespace: 'acme', name: 'shop-staging' };
    expect((await world.cluster.getApp(ref))?.spec).toMatchObject({
      branch: 'staging',
      port: 3000,
      env: { A: '1', B: 'x=y' },
      secret: 'shop',
      build: { builder: 'static' },
      checks: ['ci'],
      readiness: { http: { path: '/healthz' } },
      expose: 'public',
      domains: ['shop.example.com', 'www.example.com'],
    });
    expect(await good('apps', 'list')).toMatch(/^APP .*\nacme\/shop-staging .*acme\/shop#staging/);
    expect(await good('apps', 'show', 'shop-staging')).toContain('acme/shop, branch staging');
    await good('apps', 'set', 'shop-staging', '--replicas', '2', '--expose', 'cluster');
    await good('scale', 'shop-staging', '3');
    expect(await good('audit', '--app', 'shop-staging')).toMatch(
      /^AGE .*\n.*app changed +acme\/shop-staging +settings: replicas /,
    );
    await good('env', 'set', 'shop-staging', 'C=3');
    await good('env', 'unset', 'shop-staging', 'A');
    expect((await world.cluster.getApp(ref))?.spec).toMatchObject({
      replicas: 3,
      expose: 'cluster',
      env: { B: 'x=y', C: '3' },
      port: 3000,
    });
    const asked = await cite(['apps', 'delete', 'acme/shop-staging']);
    expect(asked).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/^cite: .*--yes\.\n$/) });
    expect(await world.cluster.getApp(ref)).toBeDefined();
    await good('apps', 'delete', 'acme/shop-staging', '--yes');
    expect(await world.cluster.getApp(ref)).toBeUndefined();
  });

  test('activates, holds, lifts, pins and redeploys, and says who asked', async () => {
    const standby = { outcome: 'deployed', standbySince: new Date() } as const;
    const newer = { outcome: 'deployed', pod: { port: 9090 } } as const;
    const app = await givenApp(world, { releases: [standby, newer], live: 2 });
    const name = `${app.namespace}/shop`;
    const releases = /RELEASE.*\nr2 +live.* port 8080 → 9090 \(since r1\)\nr1 +standby/;
    expect(await good('releases', name)).toMatch(releases);
    expect(await good('activate', name, 'r1', '--why', 'r2 is slow')).toContain(`cite lift ${name}`);
    const hold = (await world.cluster.getApp(app))?.spec.hold;
    expect(hold).toMatchObject({ release: 1, why: 'r2 is slow', by: expect.stringMatching(/^\S+@\S+$/) });
    expect(await good('lift', name)).toContain('r2 stays live until the next push');
    await good('hold', name, '--why', 'sale');
    expect((await world.cluster.getApp(app))?.spec.hold).toMatchObject({ why: 'sale', by: hold?.by });
    await good('pin', name, '1');
    expect((await world.cluster.getWorkload(app, 1))?.pinnedBy).toBe(hold?.by);
    await good('unpin', name, 'r1');
    await good('redeploy', name);
    expect((await world.cluster.getApp(app))?.spec.redeploy?.by).toBe(hold?.by);
    expect(await good('sweep', '--dry-run')).toMatch(new RegExp(`${name} r2 +keep +kept: live`));
    expect(await good('sweep')).toContain('on its way');
    expect(await good('status')).toMatch(/Changes under way +\d/);
  });

  test('tells why of HEAD, of a name in git and of digits, without the tricks of who wrote the commit', async () => {
    const checkout = join(world.dir, 'checkout');
    mkdirSync(checkout);
    const commit = commitFiles(checkout, { 'index.html': 'why' });
    await givenChange(world, await givenApp(world), {
      commit,
      title: 'evil\u001b]0;owned\u0007 \u001b[2Jtitle\u202e\nacme/shop r9 live',
      state: 'ended',
      verdict: { outcome: 'failed', why: 'npm ci failed', detail: 'E404\n\u001b[1Anot found' },
    });
    for (const args of [['why'], ['why', 'main'], ['why', commit.slice(0, 8)]]) {
      const ran = await cite(args, { cwd: checkout });
      expect(ran).toMatchObject({ code: 0, err: '' });
      expect(ran.out).toContain('"evil title acme/shop r9 live" · failed: npm ci failed');
      expect(ran.out).toContain('    | E404\n    | not found');
      expect(ran.out).not.toMatch(/[\u001b\u0007\u202e]/);
    }
    const outside = await cite(['why'], { cwd: world.dir });
    expect(outside).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^cite: HEAD is no commit here\. Name a commit or an App/),
    });
  });

  test('lists what was pushed or asked for, by App, branch, person, outcome and time', async () => {
    const app = await givenApp(world, { spec: { branch: 'listed' } });
    await givenChange(world, app, {
      title: 'Sell \u001b[31mtea',
      author: 'Ada',
      by: 'ada',
      commit: '8'.repeat(40),
    });
    const verdict = { outcome: 'failed', why: 'no database' } as const;
    await givenChange(world, app, { title: 'Use the database', author: 'Bob', state: 'ended', verdict });
    const name = `${app.namespace}/shop`;
    const all = await good('changes', '--branch', 'listed');
    expect(all).toMatch(/Use the database +Bob .* failed: no database/);
    expect(all).toMatch(/push +8888888 +Sell tea +ada .* building: its build runs/);
    const rows = async (...args: string[]) =>
      (await good('changes', '--app', name, ...args)).trim().split('\n').slice(1);
    expect(await rows('--person', 'ADA')).toHaveLength(1);
    expect(await rows('--outcome', 'failed', '--since', '1h')).toHaveLength(1);
    expect(await rows('--open')).toHaveLength(1);
    expect(await rows('--limit', '1')).toHaveLength(1);
    expect(await good('changes', '--app', name, '--until', '2026-01-31')).toBe('No Change is like that.\n');
    expect(await cite(['changes', '--since', 'yesterday'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('Give it as 30m, 2h, 7d'),
    });
    expect(JSON.parse(await good('changes', '--app', name, '--json')).changes).toHaveLength(2);
  });

  test('retries and cancels a Change by its id or its commit', async () => {
    const app = await givenApp(world);
    const open = await givenChange(world, app, { commit: '5'.repeat(40) });
    expect(await good('cancel', '5555555')).toContain('cancelled by');
    expect((await world.store.getChange(open.id))?.verdict?.outcome).toBe('cancelled');
    expect(await good('retry', open.id)).toContain('tried again');
    expect(world.emitted.at(-1)).toMatchObject({
      type: 'dev.cite.retry.requested',
      data: { change: open.id },
    });
    const nothing = await cite(['cancel', '5555555']);
    expect(nothing).toMatchObject({ code: 1, err: expect.stringContaining('no Change that is under way') });
  });

  test('prints the log of a build, of control characters only tabs, with --raw all', async () => {
    const app = await givenApp(world);
    await givenChange(world, app, { build: '6'.repeat(32) });
    await world.store.saveLog(`build/${'6'.repeat(32)}`, 'a\tb\u001b[31mred\u001b[0m\nlast\u0007 line');
    const name = `${app.namespace}/shop`;
    expect(await good('logs', name, '--build')).toBe('a\tbred\nlast line\n');
    expect(await good('logs', name, '--build', '--raw')).toContain('\u001b[31m');
    expect(await good('logs', name, '--build', '--tail', '1')).toBe('last line\n');
    expect((await good('logs', name, '--build', '--json')).split('\n')[1]).toBe(
      '{"line":"last\\u0007 line"}',
    );
  });

  test('writes a Secret, a value from standard input too, and prints none', async () => {
    const { namespace } = await givenApp(world);
    const ran = await cite(['secrets', 'set', `${namespace}/shop`, 'A=1', 'KEY=-'], { input: 'hunter2\n' });
    expect(ran).toEqual({ code: 0, err: '', out: `Secret ${namespace}/shop has A, KEY.\n` });
    expect(await world.cluster.readSecret(namespace, 'shop')).toEqual({ A: '1', KEY: 'hunter2' });
  });

  test("prints the API's own answer with --json, wherever it stands", async () => {
    for (const args of [
      ['--json', 'status'],
      ['status', '--json'],
    ]) {
      expect(JSON.parse(await good(...args))).toEqual((await ask('/api/status')).body);
    }
    expect(JSON.parse(await good('apps', 'list', '--namespace', 'none', '--json'))).toEqual({ apps: [] });
  });

  test('asks which of several Apps of one name is meant', async () => {
    const first = await givenApp(world, { ref: { namespace: 'one', name: 'twin' } });
    await givenApp(world, { ref: { namespace: 'two', name: 'twin' } });
    const ran = await cite(['hold', 'twin']);
    expect(ran).toEqual({
      code: 1,
      out: '',
      err: 'cite: there are several Apps twin. Say which: one/twin, two/twin.\n',
    });
    expect((await world.cluster.getApp(first))?.spec.hold).toBeUndefined();
  });

  test.each<[string, string[], number, RegExp]>([
    [
      'an App that is not there',
      ['releases', 'none'],
      1,
      /^cite: there is no App none\. cite apps list .*\n$/,
    ],
    [
      'a refusal of the API',
      ['apps', 'create', 'acme/nothing'],
      1,
      /^cite: repository acme\/nothing is not on the code host.*\n$/,
    ],
    ['hostile names', ['apps', 'show', '../../etc/passwd'], 1, /^cite: .* is no App.*\n$/],
    ['a name with escapes in it', ['apps', 'show', 'a/b%2f..\u001b[2J'], 1, /^cite: [^\u001b]+\n$/],
    ['an unknown command', ['explode'], 2, /unknown command/],
    ['an unknown option', ['status', '--fast'], 2, /unknown option/],
    ['a missing argument', ['activate', 'shop'], 2, /missing required argument/],
    ['a release that is none', ['activate', 'shop', 'latest'], 2, /Give a release as r12/],
    ['a pair that is none', ['env', 'set', 'shop', 'A'], 2, /KEY=VALUE/],
  ])('ends with a code and one line for %s', async (_title, args, code, words) => {
    const ran = await cite(args);
    expect(ran).toMatchObject({ code, out: '' });
    expect(ran.err).toMatch(words);
  });

  test('says how to start a platform that is not there', async () => {
    const gone = await openConsole();
    await gone.close();
    const ran = await cite(['status', '--url', gone.url]);
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toMatch(/^cite: nothing answers at \S+\. Start the platform with npm start.*\n$/);
  });

  test('without the token says where it comes from', async () => {
    const ran = await cite(['status'], { env: { CITE_TOKEN: '' } });
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^cite: .*CITE_TOKEN\.\n$/) });
  });
});

const ask = (path: string) => world.ask('GET', path, undefined, { authorization: `Bearer ${API_TOKEN}` });
