import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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
  await world().cluster.deleteBuild(key);
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

test('the log can be followed while the build runs', async () => {
  const go = join(world().dir, 'go');
  const command = `echo first; until test -f ${go}; do sleep 0.05; done; echo last`;
  const key = await world().start({ 'package.json': '{}', 'server.js': printing }, { command });
  let text = '';
  for await (const part of world().cluster.buildLog(key, { follow: true })) {
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
