import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { concludeChange } from '../../shared/domain/change.ts';
import { type ConsoleWorld, givenApp, givenChange, openConsole } from '../functions/console/world.ts';
import { commitFiles } from '../local/world.ts';
import { checkoutOf } from './checkout.ts';
import { cite } from './cite.ts';

const API_TOKEN = 'a-token-of-length-24-or-so';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole({ API_TOKEN });
});
afterAll(() => world.close());

const doctor = (cwd = world.dir, env: object = {}, ...args: string[]) =>
  cite(['doctor', ...args], { cwd, env: { CITE_URL: world.url, CITE_TOKEN: API_TOKEN, ...env } });

test('cite doctor finds what is wrong, one thing after the other, until all is well', async () => {
  const { dir, commit } = checkoutOf(world, 'acme/ill');
  const wrong = async (words: RegExp) => {
    const { code, out } = await doctor(dir);
    expect(code).toBe(1);
    expect(out.split('\n').filter((line) => line.startsWith('wrong'))).toEqual([
      expect.stringMatching(words),
    ]);
  };
  await wrong(/^wrong {2}app +no App follows branch main of acme\/ill\. cite init registers one\.$/);

  const app = await givenApp(world, { spec: { repository: 'acme/ill' } });
  const connected = { type: 'SourceConnected', lastTransitionTime: new Date().toISOString() } as const;
  const good = {
    ...connected,
    status: 'True',
    reason: 'Connected',
    message: 'acme/ill is connected',
  } as const;
  const bad = {
    ...connected,
    status: 'False',
    reason: 'NotConnected',
    message: 'it may not: allow it.',
  } as const;
  // Not synchronously: the code host is in this process.
  await promisify(execFile)('git', ['push', '--quiet', '-u', 'origin', 'main'], { cwd: dir });
  await givenChange(world, app, { commit });
  await wrong(/^wrong {2}webhook +\S+\/shop: it is not connected yet\./);
  await world.cluster.setAppStatus(app, { conditions: [bad] });
  await wrong(/^wrong {2}webhook +\S+\/shop: it may not: allow it\.$/);
  await world.cluster.setAppStatus(app, { conditions: [good] });

  const well = await doctor(dir);
  expect(well).toMatchObject({ code: 0, err: '' });
  expect(well.out.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^ok {5}platform +Cite \S+ at http/),
    'ok     token     accepted',
    expect.stringMatching(/^ok {5}version /),
    expect.stringMatching(/^ok {5}checkout +acme\/ill on \S+:\d+, branch main$/),
    expect.stringMatching(/^ok {5}app +\S+\/shop: building$/),
    expect.stringMatching(/^ok {5}webhook +\S+\/shop: acme\/ill is connected$/),
    `ok     commit    ${commit.slice(0, 7)} is known: cite why ${commit.slice(0, 7)}`,
  ]);

  commitFiles(dir, { 'index.html': 'more' });
  expect((await doctor(dir)).out).toContain('HEAD is not pushed: cite push does it.');
  await promisify(execFile)('git', ['push', '--quiet'], { cwd: dir });
  await wrong(/^wrong {2}commit +Nothing is known of commit/);
  const { findings } = JSON.parse((await doctor(dir, {}, '--json')).out);
  expect(findings.at(-1)).toMatchObject({ check: 'commit', ok: false });
});

test('cite doctor finds that an App does not accept what it is told, or failed', async () => {
  const { dir, commit } = checkoutOf(world, 'acme/broken');
  const app = await givenApp(world, { spec: { repository: 'acme/broken' } });
  await promisify(execFile)('git', ['push', '--quiet', '-u', 'origin', 'main'], { cwd: dir });
  const change = await givenChange(world, app, { commit });
  await world.store.saveChange(
    concludeChange(change, { outcome: 'failed', why: 'npm ci failed' }, new Date()),
  );
  const { code, out } = await doctor(dir);
  expect(code).toBe(1);
  expect(out).toMatch(/^wrong {2}app +\S+\/shop: failed$/m);
});

test('cite doctor tells a platform that is not there from a token that is not its own', async () => {
  const refused = await doctor(world.dir, { CITE_TOKEN: 'wrong' });
  expect(refused).toMatchObject({ code: 1, err: '' });
  expect(refused.out).toMatch(/^ok {5}platform .*\nwrong {2}token +This is not the token of the API\.\n$/);
  const gone = await openConsole();
  await gone.close();
  const none = await doctor(world.dir, { CITE_URL: gone.url });
  expect(none).toMatchObject({ code: 1, err: '' });
  expect(none.out).toMatch(/^wrong {2}platform +nothing answers at .*\n$/);
  expect((await doctor()).out).toMatch(/\nwrong {2}checkout +no branch of a repository/);
});
