import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConsoleWorld, givenApp, openConsole } from '../functions/console/world.ts';
import { git } from '../local/world.ts';
import { checkoutOf } from './checkout.ts';
import { cite } from './cite.ts';
import { onTerminal } from './on-terminal.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
});
afterAll(() => world.close());

const run = (args: readonly string[], cwd = world.dir) => cite(args, { cwd, env: { CITE_URL: world.url } });
const appOf = (name: string) => world.cluster.getApp({ namespace: 'acme', name });

describe('cite init', () => {
  test('registers the App of the checkout, with the settings that are given', async () => {
    world.repository('acme/init', { 'index.html': 'x' }, ['staging']);
    const { dir } = checkoutOf(world, 'acme/init');
    git(dir, 'switch', '--quiet', '--create', 'staging');
    const asked = await run(['init'], dir);
    expect(asked).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/^cite: .*--yes\.\n$/) });
    expect(await appOf('init-staging')).toBeUndefined();
    const made = await run(['init', '--yes', '--port', '3000'], dir);
    expect(made).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('acme/init, branch staging'),
    });
    expect((await appOf('init-staging'))?.spec).toMatchObject({ branch: 'staging', port: 3000 });
    await run(['init', '--yes', '--branch', 'main', '--name', 'other'], dir);
    expect((await appOf('other'))?.spec).toMatchObject({ repository: 'acme/init', branch: 'main' });
  });

  test.skipIf(!existsSync('/usr/bin/script'))('says what it will make, and takes only yes', async () => {
    world.repository('acme/asked');
    const { dir } = checkoutOf(world, 'acme/asked');
    const no = await onTerminal(world.url, ['init'], 'n\n', dir);
    expect(no.out).toContain(
      'Register an App in the Namespace acme that follows branch main of acme/asked (the remote is on 127.0.0.1:',
    );
    expect(no).toMatchObject({ code: 1, out: expect.stringContaining('no App was registered') });
    expect(await appOf('asked')).toBeUndefined();
    expect(await onTerminal(world.url, ['init'], 'y\n', dir)).toMatchObject({ code: 0 });
    expect((await appOf('asked'))?.spec.branch).toBe('main');
    const again = await onTerminal(world.url, ['init'], 'y\n', dir);
    expect(again).toMatchObject({ code: 1, out: expect.stringContaining('acme/asked follows it already.') });
  });

  test('says what is missing', async () => {
    const { dir } = checkoutOf(world, 'acme/missing');
    git(dir, 'remote', 'remove', 'origin');
    expect((await run(['init', '--yes'], dir)).err).toMatch(
      /no remote on a code host\. git remote add origin/,
    );
    git(dir, 'switch', '--quiet', '--detach');
    expect((await run(['init', '--yes'], dir)).err).toMatch(/no branch is checked out here/);
  });
});

test('cite open prints where an App is and its page, of the checkout too', async () => {
  const { dir } = checkoutOf(world, 'acme/opened');
  expect(await run(['open'], dir)).toMatchObject({
    code: 1,
    err: expect.stringContaining('cite init registers one'),
  });
  const app = await givenApp(world, { spec: { repository: 'acme/opened' } });
  const address = `${app.namespace}/shop`;
  const page = `${world.url}/apps/${address}`;
  for (const args of [['open'], ['open', address]]) {
    const { code, out } = await run(args, dir);
    expect({ code, out }).toEqual({ code: 0, out: `console  ${page}\napp      has no URL yet\n` });
  }
  expect((await fetch(page, { headers: { accept: 'text/html' } })).status).toBe(200);
  await world.cluster.setAppStatus(app, { url: 'http://shop.example.com' });
  const { out } = await run(['open', '--json'], dir);
  expect(JSON.parse(out)).toEqual({ console: page, url: 'http://shop.example.com' });
  await givenApp(world, { spec: { repository: 'acme/opened' } });
  expect((await run(['open'], dir)).err).toMatch(
    /several Apps follow branch main of acme\/opened\. Say which: /,
  );
});

test('cite show is cite apps show', async () => {
  const app = await givenApp(world);
  const address = `${app.namespace}/shop`;
  const { code, out } = await run(['show', address]);
  expect({ code, out }).toEqual({ code: 0, out: (await run(['apps', 'show', address])).out });
});
