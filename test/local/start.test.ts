import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from './world.ts';

const program = fileURLToPath(new URL('../../scripts/local/start.ts', import.meta.url));
let dir: string;
let remove: () => void;

beforeEach(() => {
  ({ dir, remove } = temporaryFolder());
});
afterEach(() => remove());

async function start(data: string): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [program, '--port', '0', '--data', data], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  const said = child.stderr.toArray();
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, said: Buffer.concat(await said).toString() };
}

async function isRefused(data: string): Promise<void> {
  const { code, said } = await start(data);
  expect(said.split('\n')).toEqual([
    expect.stringContaining('choose another folder with --data <folder>'),
    '',
  ]);
  expect(said).toContain(JSON.stringify(data));
  expect(code).toBe(1);
}

test('a data folder that is none is told in one line', () => isRefused('/dev/null'));

test('so is one below a file, and one at a link that leads nowhere', async () => {
  writeFileSync(join(dir, 'file'), '');
  await isRefused(join(dir, 'file', 'data'));
  symlinkSync(join(dir, 'nowhere', 'at', 'all'), join(dir, 'link'));
  await isRefused(join(dir, 'link'));
});

test.skipIf(!existsSync('/proc/self'))('so is one where the system allows none', async () => {
  await isRefused('/proc/x');
  await isRefused('/proc');
});
