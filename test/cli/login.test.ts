import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPeople, type PeopleWorld, tokenOf } from '../functions/console/people.ts';
import { givenApp } from '../functions/console/world.ts';
import { cite as run } from './cite.ts';

let world: PeopleWorld;
beforeAll(async () => {
  world = await openPeople();
});
afterAll(() => world.close());

/** Each test has a home of its own. */
async function home(name: string) {
  const HOME = join(world.dir, name);
  await mkdir(HOME);
  const cite = (args: readonly string[], options: { input?: string; env?: object } = {}) =>
    run(args, { ...options, env: { HOME, ...options.env } });
  return { cite, file: join(HOME, '.config', 'cite', 'credentials.json') };
}

test('cite login keeps a token for its platform, for nobody else to read; then cite is that person there', async () => {
  const { cite, file } = await home('ann');
  const token = await tokenOf(world, 'ann');
  const login = await cite(['login', '--url', `${world.url}/`], { input: `${token}\n` });
  expect(login).toMatchObject({ code: 0, out: `You are ann on ${world.url}.\n` });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(login.out + login.err).not.toContain(token);
  // Without --url: where one is logged in.
  expect(await cite(['whoami'])).toMatchObject({ code: 0, out: 'ann\n' });
  expect(JSON.parse((await cite(['whoami', '--json'])).out)).toMatchObject({
    person: 'ann',
    login: 'ann',
    isAdmin: false,
  });
  // What is of the whole platform is not theirs to know, and no reason to say that it is not well.
  expect((await cite(['doctor'])).out).toMatch(
    /^ok +platform .*\nok +token +accepted: you are ann\nok +version /,
  );

  const app = await givenApp(world, { spec: { repository: 'acme/cli' } });
  world.host.permit('ann', 'acme/cli', 'WRITE');
  const address = `${app.namespace}/${app.name}`;
  expect(await cite(['hold', address])).toMatchObject({ code: 0 });
  expect((await world.cluster.getApp(app))?.spec.hold?.by).toBe('ann');
  const refused = await cite(['apps', 'delete', address, '--yes']);
  expect(refused).toMatchObject({
    code: 1,
    err: expect.stringContaining('you need admin access to acme/cli'),
  });

  expect(await cite(['logout'])).toMatchObject({ code: 0 });
  expect(readFileSync(file, 'utf8')).not.toContain(token);
  expect(await cite(['whoami', '--url', world.url])).toMatchObject({
    code: 1,
    err: expect.stringContaining('needs its token'),
  });
});

test('a token goes to no other platform than the one that it was given for', async () => {
  const { cite, file } = await home('bob');
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(
    file,
    JSON.stringify({ current: 'http://127.0.0.1:1', tokens: { 'http://127.0.0.1:1': 'x'.repeat(20) } }),
  );
  expect(await cite(['whoami', '--url', world.url])).toMatchObject({
    code: 1,
    err: expect.stringContaining('needs its token'),
  });
  expect(await cite(['whoami'])).toMatchObject({ code: 1, err: expect.stringContaining('127.0.0.1:1') });
  const token = await tokenOf(world, 'bob');
  expect(await cite(['whoami'], { env: { CITE_URL: world.url, CITE_TOKEN: token } })).toMatchObject({
    out: 'bob\n',
  });
});

test.each([
  ['', 'that is no token'],
  ['two words that are none', 'that is no token'],
  ['cite_0123456789012345678901234567890123456789012', 'not the token'],
])('cite login does not keep %j', async (input, words) => {
  const { cite, file } = await home(`none-${input.length}`);
  expect(await cite(['login', '--url', world.url], { input })).toMatchObject({
    code: 1,
    err: expect.stringContaining(words),
  });
  expect(existsSync(file)).toBe(false);
});

test('a file that is broken is named, with what to do', async () => {
  const { cite, file } = await home('broken');
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, '{');
  expect(await cite(['apps', 'list'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('Remove it, and run cite login again'),
  });
});
