import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildWorlds, printing } from './build-world.ts';

const world = buildWorlds();
const files = { 'package.json': '{}', 'server.js': printing };

test('a file name of the repository that is not UTF-8 is told as it is', async () => {
  mkdirSync(join(world().repository, 'docs'), { recursive: true });
  execFileSync('sh', ['-c', `touch "docs/$(printf 'caf\\351.txt')"`], { cwd: world().repository });
  expect(await world().reasonOf(files)).toBe('file name is not UTF-8: caf\\xe9.txt: rename the file');
});

test('so is one that the build makes, and nothing of it stays', async () => {
  const command = `mkdir made && touch "made/$(printf 'a\\377')"`;
  expect(await world().reasonOf(files, { command })).toBe(
    'file name: is not UTF-8: a\\xff. Rename the file.',
  );
  const [folder = ''] = readdirSync(join(world().dir, 'builds'));
  expect(readdirSync(join(world().dir, 'builds', folder))).toEqual(['log']);
});
