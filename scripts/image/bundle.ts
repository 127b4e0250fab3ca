import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * The image's context: one file per function, and what starts it. CommonJS, since an ES module that imports node:http
 * makes Node load half of its own library first (stack.md 11).
 */
export async function bundle(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const functions = readdirSync(join(root, 'functions'));
  await build({
    entryPoints: functions.map((name) => ({
      in: join(root, 'functions', name, 'index.ts'),
      out: join('functions', name),
    })),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // Names stay: a stack trace in a log has to say where.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  for (const file of ['main.cjs', 'warm-up.cjs']) copyFileSync(join(here, file), join(folder, file));
}
