import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PLANTED = 'border-test';

const IMPORTS = [
  ['functions/onPush', '../onBuild/decide.ts'],
  ['functions/onPush', '../../scripts/local/platform.ts'],
  ['functions/onPush', '../../shared/adapters/redis/store.ts'],
  ['functions/onPush', '@kubernetes/client-node'],
  ['functions/console/routes', '../../onPush/decide.ts'],
  ['shared/domain', '../ports/store.ts'],
  ['shared/domain', 'node:fs'],
  ['shared/ports', '../adapters/redis/store.ts'],
  ['shared/runtime', '../adapters/redis/store.ts'],
  ['shared/runtime', 'redis'],
  ['shared/adapters/redis', '../github/github.ts'],
  ['scripts/local', '@kubernetes/client-node'],
] as const;
const ALLOWED = [
  ['functions/onPush', '../../shared/domain/change.ts'],
  ['functions/onPush', '../../shared/adapters/redis/port.ts'],
  ['functions/console/routes', '../problem.ts'],
] as const;

/** The files, of those planted with one import each, that the linter refuses. All in one run: it takes a second to start. */
function refused(imports: readonly (readonly [string, string])[]): string[] {
  const files = imports.map(([folder], i) => join(ROOT, folder, `${PLANTED}-${i}.ts`));
  try {
    for (const [i, file] of files.entries()) {
      writeFileSync(file, `import * as planted from '${imports[i]?.[1]}';\n\nexport const used = planted;\n`);
    }
    const args = [
      'lint',
      '--colors=off',
      '--only=style/noRestrictedImports',
      '--max-diagnostics=none',
      ...files,
    ];
    const { stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/biome'), args, {
      cwd: ROOT,
      encoding: 'utf8',
    });
    return files.filter((file) => `${stdout}${stderr}`.includes(`${file.slice(ROOT.length)}:`));
  } finally {
    for (const file of files) rmSync(file, { force: true });
  }
}

const files = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(ROOT, folder, name));

describe('the borders', () => {
  it('refuse every import across them, and none that is meant', () => {
    const planted = [...IMPORTS, ...ALLOWED];
    const found = refused(planted).map((file) => planted[Number(/-(\d+)\.ts$/.exec(file)?.[1])]);
    expect(found).toEqual(IMPORTS);
  });

  it('name every function: none may import another', () => {
    const config = readFileSync(join(ROOT, 'biome.json'), 'utf8');
    for (const name of readdirSync(join(ROOT, 'functions'))) expect(config).toContain(`"**/${name}/**"`);
  });
});

describe('production code', () => {
  const production = [...files('functions'), ...files('shared')].map(
    (file) => [file, readFileSync(file, 'utf8')] as const,
  );

  it('reads the environment in one file', () => {
    const readers = production
      .filter(([, text]) => /process\.env\b/.test(text))
      .map(([file]) => file.slice(ROOT.length));
    expect(readers).toEqual(['shared/runtime/start.ts']);
  });

  it('has no branch for one machine', () => {
    const local = production
      .filter(([, text]) => /\.NODE_ENV|isLocal|LOCAL_/.test(text))
      .map(([file]) => file);
    expect(local).toEqual([]);
  });
});
