import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundle } from '../../scripts/image/bundle.ts';
import { temporaryFolder } from '../local/world.ts';

test('the image has every file that the console gives to browsers', async () => {
  const { dir, remove } = temporaryFolder();
  await bundle(dir);
  const source = readFileSync('functions/console/pages/assets.ts', 'utf8');
  const { resolve } = createRequire(join(dir, 'functions/console.cjs'));
  const packaged = [...source.matchAll(/resolve\('([^']+)'\)/g)].map(([, file]) => resolve(file ?? ''));
  const own = [...source.matchAll(/own\('([^']+)'\)/g)].map(([, file]) =>
    join(dir, 'functions/assets', file ?? ''),
  );
  expect(packaged.length * own.length).toBeGreaterThan(0);
  for (const file of packaged) expect(file).toContain(dir);
  for (const file of [...packaged, ...own]) expect(existsSync(file), file).toBe(true);
  remove();
});
