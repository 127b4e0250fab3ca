import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { repositoryOf } from '../../scripts/cli/checkout.ts';
import type { App } from '../../shared/domain/app.ts';
import { advanceChange, type Change, concludeChange, type Verdict } from '../../shared/domain/change.ts';
import { type ConsoleWorld, givenApp, givenChange, openConsole } from '../functions/console/world.ts';
import { commitFiles, git } from '../local/world.ts';
import { checkoutOf } from './checkout.ts';
import { startCite } from './cite.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
});
afterAll(() => world.close());

const start = (args: readonly string[], cwd = world.dir) =>
  startCite(args, { cwd, env: { CITE_URL: world.url } });
const run = (args: readonly string[], cwd = world.dir) => start(args, cwd).ended;

const givenCheckout = (repository: string) => checkoutOf(world, repository);
const following = (repository: string, branch = 'main') => givenApp(world, { spec: { repository, branch } });
const address = ({ namespace, name }: App) => `${namespace}/${name}`;
const advance = (change: Change, state: 'starting' | 'switching', reason: string, release: number) =>
  world.store.saveChange(advanceChange(change, { state, reason, release }, new Date()));
const conclude = (change: Change, verdict: Verdict) =>
  world.store.saveChange(concludeChange(change, verdict, new Date()));
const printed = (watched: ReturnType<typeof start>, words: string | RegExp) =>
  vi.waitFor(() => expect(watched.printed.out).toMatch(words), { timeout: 20_000 });

const TIME = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`;
const deployed = { outcome: 'deployed', release: 4 } as const;

describe('cite watch', () => {
  test('prints a line per step as it happens, until every App has its verdict', async () => {
    const { dir, commit } = givenCheckout('acme/steps');
    const [one, two] = [await following('acme/steps'), await following('acme/steps')];
    const watched = start(['watch'], dir);
    let first = await givenChange(world, one, { commit });
    await printed(watched, `${address(one)}  building: its build runs\n`);
    first = await advance(first, 'starting', 'r4 starts', 4);
    await printed(watched, `${address(one)}  starting: r4 starts\n`);
    await conclude(first, deployed);
    await printed(watched, `${address(one)}  deployed as r4\n`);
    // The other App follows the branch too: it is not over before that one has deployed it.
    const second = await givenChange(world, two, { commit });
    await printed(watched, `${address(two)}  building`);
    await conclude(second, deployed);
    const { code, out, err } = await watched.ended;
    expect({ code, err: err.replace(/^cite: nothing is known of .*\n/, '') }).toEqual({ code: 0, err: '' });
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(line).toMatch(new RegExp(`^${TIME}  `));
  });

  test.each<[Verdict, number]>([
    [deployed, 0],
    [{ outcome: 'skipped', why: 'its message says [skip ci]' }, 0],
    [{ outcome: 'superseded', by: 'abcdef0' }, 0],
    [{ outcome: 'refused', why: 'not of this Namespace' }, 1],
    [{ outcome: 'failed', why: 'npm ci failed' }, 1],
    [{ outcome: 'cancelled', by: 'ann' }, 1],
  ])('ends after $0.outcome with the exit code $1', async (verdict, code) => {
    const { commit } = await givenChange(world, await givenApp(world), {});
    const [change] = await world.store.listChanges({ commit });
    await givenChange(world, await givenApp(world), { commit, state: 'ended', verdict: deployed });
    await conclude(change as Change, verdict);
    expect(await run(['watch', commit])).toMatchObject({ code, err: '' });
  });

  test('says where it failed in the words of the build or pod, without their tricks', async () => {
    const verdict = { outcome: 'failed', why: 'npm ci failed', detail: 'E404\n\u001b[1Anot found' } as const;
    const change = await givenChange(world, await givenApp(world), {});
    await conclude(change, verdict);
    const { out, code } = await run(['watch', change.commit]);
    expect(code).toBe(1);
    expect(out).toMatch(/failed: npm ci failed\n {4}\| E404\n {4}\| not found\n$/);
  });

  test('counts the newest Change of an App: a retry that deployed mends the failure before it', async () => {
    const app = await givenApp(world);
    const failed = await givenChange(world, app, {});
    const { commit } = failed;
    await conclude(failed, { outcome: 'failed', why: 'npm ci failed' });
    await conclude(await givenChange(world, app, { commit, redoes: failed.id }), deployed);
    const { code, out } = await run(['watch', commit]);
    expect({ code, failed: out.includes('npm ci failed') }).toEqual({ code: 0, failed: false });
  });

  test('with --json every step is a line of JSON', async () => {
    const app = await givenApp(world);
    const change = await givenChange(world, app, {});
    await conclude(change, { outcome: 'failed', why: 'E\u0085', detail: 'last words' });
    const { out, code } = await run(['watch', change.commit, '--json']);
    expect(code).toBe(1);
    const of = { app: { namespace: app.namespace, name: 'shop' }, change: change.id, commit: change.commit };
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { ...of, kind: 'push', state: 'building', reason: 'its build runs' },
      { ...of, state: 'ended', verdict: { outcome: 'failed', detail: 'last words' } },
    ]);
  });

  test('waits for a push that nobody has judged, and tells what it came to', async () => {
    const commit = 'd'.repeat(40);
    const id = 'hook/1';
    const delivery = { id, event: 'push', repository: 'acme/shop', commit, body: '{}' };
    await world.store.recordDelivery({ ...delivery, receivedAt: new Date().toISOString() });
    // A Change of another branch's push has ended long ago.
    await conclude(await givenChange(world, await givenApp(world), { commit }), deployed);
    const watched = start(['watch', commit]);
    await printed(watched, 'deployed as r4');
    await world.store.judgeDelivery(id, { skipped: 'no App is on branch x of acme/shop' });
    const { code, out } = await watched.ended;
    expect(code).toBe(0);
    expect(out).toMatch(/acme\/shop {2}delivery push {2}skipped: no App is on branch x of acme\/shop\n$/);
  });

  test('waits for a commit that is not there yet, but not for ever', async () => {
    const { code, out, err } = await run(['watch', 'e'.repeat(40), '--timeout', '1s']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(
      /^cite: nothing is known of eeeeeee yet\..*\ncite: Nothing is known of commit e+\. Check/,
    );
    const { commit } = await givenChange(world, await givenApp(world), {});
    const late = await run(['watch', commit, '--timeout', '1s']);
    expect(late).toMatchObject({ code: 1, out: expect.stringContaining('building') });
    expect(late.err).toMatch(/^cite: it has no verdict yet, and goes on: cite watch /);
  });

  test('ends at once where no App follows the branch, or no commit is named', async () => {
    const { dir } = givenCheckout('acme/alone');
    await following('acme/alone', 'other');
    expect(await run(['watch'], dir)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(
        /^cite: no App follows branch main of acme\/alone\. cite .* registers one\.\n$/,
      ),
    });
    expect(await run(['watch'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^cite: HEAD is no commit/),
    });
    expect(await run(['watch', '--timeout', '1'])).toMatchObject({ code: 2 });
  });

  test('outlasts a platform that goes away for a moment', async () => {
    const change = await givenChange(world, await givenApp(world), {});
    const proxy = await interruptible(world.url);
    const watched = startCite(['watch', change.commit], { cwd: world.dir, env: { CITE_URL: proxy.url } });
    await printed(watched, 'building');
    // More often than the client asks again by itself.
    await proxy.refuse(3);
    await conclude(change, deployed);
    expect(await watched.ended).toMatchObject({ code: 0, out: expect.stringContaining('deployed as r4') });
    proxy.close();
  });

  test('asks again where a connection breaks that was kept', async () => {
    const change = await givenChange(world, await givenApp(world), {});
    await conclude(change, deployed);
    const proxy = await interruptible(world.url);
    const refused = proxy.refuse(1);
    const watched = startCite(['watch', change.commit], { cwd: world.dir, env: { CITE_URL: proxy.url } });
    await refused;
    expect(await watched.ended).toMatchObject({ code: 0, err: '' });
    proxy.close();
  });
});

describe('cite push', () => {
  test('pushes the branch, a new one to origin, and follows it', async () => {
    const { dir, commit } = givenCheckout('acme/pushed');
    const app = await following('acme/pushed');
    const watched = start(['push', '--json'], dir);
    await vi.waitFor(() => expect(headOf('acme/pushed', 'main')).toBe(commit), { timeout: 20_000 });
    await conclude(await givenChange(world, app, { commit }), deployed);
    const { code, out } = await watched.ended;
    expect({ code, steps: out.trimEnd().split('\n').length }).toEqual({ code: 0, steps: 2 });
    expect(git(dir, 'rev-parse', '--abbrev-ref', '@{upstream}')).toBe('origin/main');

    // A branch that has another name there: the Apps that follow it by that name count.
    git(dir, 'switch', '--quiet', '--create', 'mine');
    // Not synchronously: the code host is in this process.
    await promisify(execFile)('git', ['push', '--quiet', '-u', 'origin', 'mine:theirs'], { cwd: dir });
    git(dir, 'config', 'push.default', 'upstream');
    const next = commitFiles(dir, { 'index.html': 'next' });
    const theirs = await following('acme/pushed', 'theirs');
    const again = start(['push', '--', '--force-with-lease'], dir);
    await vi.waitFor(() => expect(headOf('acme/pushed', 'theirs')).toBe(next), { timeout: 20_000 });
    await conclude(await givenChange(world, theirs, { commit: next }), { outcome: 'failed', why: 'no' });
    const failed = await again.ended;
    expect(failed, failed.err).toMatchObject({ code: 1, out: expect.stringContaining('failed: no') });
  });

  test('a commit that its branch is forced back to is not over by what became of it before', async () => {
    const { dir, commit } = givenCheckout('acme/back');
    const app = await following('acme/back');
    await promisify(execFile)('git', ['push', '--quiet', '-u', 'origin', 'main'], { cwd: dir });
    await conclude(await givenChange(world, app, { commit }), deployed);
    const next = commitFiles(dir, { 'index.html': 'next' });
    await promisify(execFile)('git', ['push', '--quiet'], { cwd: dir });
    git(dir, 'reset', '--quiet', '--hard', commit);
    const watched = start(['push', '--', '--force'], dir);
    await vi.waitFor(() => expect(headOf('acme/back', 'main')).toBe(commit), { timeout: 20_000 });
    await conclude(await givenChange(world, app, { commit }), { outcome: 'failed', why: 'no' });
    const { code, out } = await watched.ended;
    expect({ code, before: out.includes('deployed'), after: out.includes('failed: no') }).toEqual({
      code: 1,
      before: false,
      after: true,
    });
    expect(next).not.toBe(commit);
  });

  test('a new branch goes to the remote that git pushes to, and what git refuses is not forced', async () => {
    const { dir, commit } = givenCheckout('acme/upstream');
    git(dir, 'remote', 'add', 'fork', `${world.gitUrl}/ann/fork.git`);
    git(dir, 'config', 'remote.pushDefault', 'fork');
    const app = await following('ann/fork');
    const watched = start(['push'], dir);
    await vi.waitFor(() => expect(headOf('ann/fork', 'main')).toBe(commit), { timeout: 20_000 });
    await conclude(await givenChange(world, app, { commit }), deployed);
    expect(await watched.ended).toMatchObject({ code: 0 });
    expect(headOf('acme/upstream', 'main')).toBe('');

    git(dir, 'config', '--unset', 'remote.pushDefault');
    git(dir, 'switch', '--quiet', '--create', 'feat', '--track', 'fork/main');
    expect(await run(['push'], dir)).toMatchObject({ code: 1, out: '' });
    expect(headOf('ann/fork', 'feat')).toBe('');
  });

  test('ends where git does not push, and where no branch is checked out', async () => {
    const { dir } = givenCheckout('acme/refused');
    git(dir, 'remote', 'set-url', 'origin', `${world.url}/nothing/here.git`);
    const refused = await run(['push'], dir);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toMatch(/\ncite: git push failed \(\d+\): the lines above say why\.\n$/);
    git(dir, 'switch', '--quiet', '--detach');
    expect(await run(['push'], dir)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^cite: no branch/),
    });
  });
});

test.each([
  ['https://github.com/acme/shop', 'acme/shop'],
  ['https://ann:token@github.com/acme/shop.git/', 'acme/shop'],
  ['git@github.com:acme/shop.js.git', 'acme/shop.js'],
  ['ssh://git@github.com:22/acme/shop.git', 'acme/shop'],
  ['http://localhost:8080/git/me/hello.git', 'me/hello'],
  ['https://github.com/git/git', 'git/git'],
  ['https://gitlab.com/group/team/shop.git', undefined],
  ['/srv/git/shop.git', undefined],
  ['../acme/shop', undefined],
  ['C:/acme/shop', undefined],
])('the remote %s is the repository %s', (url, repository) => {
  expect(repositoryOf(url)).toBe(repository);
});

/** Read where the code host keeps it. */
const headOf = (repository: string, branch: string) => {
  const bare = join(world.dir, 'repositories', `${repository}.git`);
  return existsSync(bare) ? git(bare, 'for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`) : '';
};

/** Passes what is asked on, but for so many requests that it breaks off. */
async function interruptible(url: string) {
  let refusing = { left: 0, done: () => {} };
  const server = createServer(async (req, res) => {
    if (refusing.left > 0) {
      req.socket.destroy();
      refusing.left -= 1;
      if (refusing.left === 0) refusing.done();
      return;
    }
    const answer = await fetch(`${url}${req.url}`);
    res.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    res.end(await answer.text());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refuse: (times: number) =>
      new Promise<void>((done) => {
        refusing = { left: times, done };
      }),
    close: () => void server.close().closeAllConnections(),
  };
}
