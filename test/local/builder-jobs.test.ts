import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { buildWorlds, eventually, printing } from './build-world.ts';
import { isAlive } from './world.ts';

const world = buildWorlds();

test('a build that hangs is ended at its deadline with all that it started', async () => {
  const file = join(world().dir, 'pid');
  const command = `sleep 1000 & echo $! > ${file}; wait`;
  const build = await world().reasonOf(
    { 'package.json': '{}', 'server.js': '' },
    { command },
    { timeoutSeconds: 1 },
  );
  expect(build).toBe('DeadlineExceeded');
  expect(isAlive(Number(readFileSync(file, 'utf8')))).toBe(false);
});

test('a deleted build is ended and leaves nothing behind', async () => {
  const file = join(world().dir, 'pid');
  const key = await world().start({ 'package.json': '{}' }, { command: `echo $$ > ${file}; sleep 1000` });
  const pid = await eventually(
    () => Number(readFileSync(file, 'utf8')) || Promise.reject(new Error('not yet')),
  );
  await world().cluster.deleteBuildJob(key);
  await eventually(() => expect(isAlive(pid)).toBe(false));
  await eventually(() => expect(readdirSync(join(world().dir, 'builds'))).toEqual([]));
});

test.each(['closed', 'killed'])('a build is started again after the platform was %s', async (how) => {
  const file = join(world().dir, 'runs');
  const command = `echo $$ >> ${file}; test "$(wc -l < ${file})" -gt 1 || sleep 1000`;
  const pids = () => readFileSync(file, 'utf8').trim().split('\n').map(Number);
  if (how === 'killed') await world().machine.close();
  const program = fileURLToPath(new URL('supervisor-process.ts', import.meta.url));
  const platform =
    how === 'killed' ? spawn(process.execPath, [program, world().dir], { stdio: 'ignore' }) : undefined;
  const key = await world().start({ 'package.json': '{}', 'server.js': printing }, { command });
  await eventually(() => expect(pids()).toEqual([expect.any(Number)]));
  if (platform) {
    const ended = once(platform, 'exit');
    platform.kill('SIGKILL');
    await ended;
  } else await world().machine.close();
  expect(isAlive(pids()[0] ?? 0)).toBe(how === 'killed');
  rmSync(world().repository, { recursive: true });
  await world().startAgain();
  expect(isAlive(pids()[0] ?? 0)).toBe(false);
  expect(await world().ended(key)).toMatchObject({ phase: 'succeeded' });
});

test.each([
  'echo nonsense > ../result.json',
  'echo \'{"image":7}\' > ../result.json',
  'mkfifo ../result.json',
])('a build that leaves no result but that of `%s` fails, and says why', async (command) => {
  const build = { command: `${command}; kill -9 $PPID` };
  expect(await world().reasonOf({ 'package.json': '{}', 'server.js': '' }, build)).toBe(
    'the build left a result that cannot be read: something in it wrote to the place of it',
  );
});

test('a build whose folder is taken from it fails, and says why', async () => {
  const builds = join(world().dir, 'builds');
  const command = `rm -rf ${builds}; touch ${builds}; kill -9 $PPID`;
  const files = { 'package.json': '{}', 'server.js': '' };
  expect(await world().reasonOf(files, { command })).toBe('the build was killed by SIGKILL');
});

test('a build cannot be begun where its folder is none: it fails, and says why', async () => {
  const key = await world().start({ 'package.json': '{}' }, { command: 'sleep 1000' });
  await world().machine.close();
  const [folder = ''] = readdirSync(join(world().dir, 'builds'));
  rmSync(join(world().dir, 'builds', folder), { recursive: true });
  writeFileSync(join(world().dir, 'builds', folder), 'a file');
  await world().startAgain();
  expect(await world().ended(key)).toMatchObject({
    phase: 'failed',
    reason: expect.stringMatching(/^the build could not be run: /),
  });
});

test('a build that ends while the records cannot be written ends as soon as they can be', async () => {
  const go = join(world().dir, 'go');
  const command = `until test -f ${go}; do sleep 0.05; done`;
  const key = await world().start({ 'package.json': '{}', 'server.js': printing }, { command });
  await eventually(async () => expect(await world().logOf(key)).toContain('$ '));
  const [folder = ''] = readdirSync(join(world().dir, 'builds'));
  const holder = new DatabaseSync(join(world().dir, 'cluster.sqlite'));
  holder.exec('begin immediate');
  writeFileSync(go, '');
  await eventually(() =>
    expect(readFileSync(join(world().dir, 'builds', folder, 'log'), 'utf8')).toContain('image: '),
  );
  // Once at least it was tried in vain.
  await new Promise((resolve) => setTimeout(resolve, 1200));
  holder.exec('rollback');
  holder.close();
  expect(await world().ended(key)).toMatchObject({ phase: 'succeeded' });
});

test('a build that prints without end keeps ten megabytes of it, with its last words', async () => {
  const command = 'yes "building it all" | head -c 40000000';
  const key = await world().start({ 'package.json': '{}', 'server.js': printing }, { command });
  const { image } = await world().ended(key);
  const [folder = ''] = readdirSync(join(world().dir, 'builds'));
  const logs = readdirSync(join(world().dir, 'builds', folder));
  const bytes = logs.reduce((sum, log) => sum + statSync(join(world().dir, 'builds', folder, log)).size, 0);
  expect(bytes).toBeLessThanOrEqual(10.25 * 1024 * 1024);
  const text = await world().logOf(key);
  expect(text.length).toBeGreaterThan(5_000_000);
  expect(text.endsWith(`image: ${image}\n`)).toBe(true);
});

test('the log can be followed while the build runs', async () => {
  const go = join(world().dir, 'go');
  const command = `echo first; until test -f ${go}; do sleep 0.05; done; echo last`;
  const key = await world().start({ 'package.json': '{}', 'server.js': printing }, { command });
  let text = '';
  for await (const part of world().cluster.buildJobLog(key, { follow: true })) {
    text += part;
    if (text.includes('first\n') && !existsSync(go)) {
      expect(text).not.toContain('last\n');
      execFileSync('touch', [go]);
    }
  }
  expect(text).toContain('last\n');
});

test('the environment of a build holds no variable of the platform', async () => {
  process.env.PLATFORM_TOKEN = 'not for builds';
  try {
    const key = await world().start({ 'package.json': '{}', 'server.js': '' }, { command: 'env' });
    await world().ended(key);
    expect(await world().logOf(key)).not.toContain('PLATFORM_TOKEN');
  } finally {
    delete process.env.PLATFORM_TOKEN;
  }
});
