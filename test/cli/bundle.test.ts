import { execFile } from 'node:child_process';
import { statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { givenApp, openConsole } from '../functions/console/world.ts';
import { temporaryFolder } from '../local/world.ts';

const run = promisify(execFile);
const bundler = new URL('../../scripts/image/bundle-cli.ts', import.meta.url).pathname;

test('the bundled file asks the platform, far from any node_modules', async () => {
  const { dir, remove } = temporaryFolder();
  const world = await openConsole();
  const file = join(dir, 'cite.mjs');
  await run(process.execPath, [bundler, file]);
  expect(statSync(file).mode & 0o111).toBe(0o111);
  // By its first line, as a shell starts it.
  const cite = async (...args: string[]) =>
    (await run(file, args, { cwd: dir, env: { ...process.env, CITE_URL: world.url } })).stdout;
  expect(await cite('--version')).toBe(`${manifest.version}\n`);
  const { namespace } = await givenApp(world);
  expect(await cite('apps', 'list')).toContain(`${namespace}/shop`);

  // As kubectl finds a plugin: by its name.
  const plugin = join(dir, 'kubectl-cite');
  symlinkSync(file, plugin);
  expect((await run(plugin, ['--help'])).stdout).toContain('Usage: kubectl cite ');
  expect((await run(plugin, ['apps', 'set', '--help'])).stdout).toContain('Usage: kubectl cite apps set ');
  await world.close();
  remove();
});
