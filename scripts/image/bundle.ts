import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** What the console gives to browsers as it is (functions/console/pages/assets.ts), in node_modules. */
const FOR_BROWSERS = [
  'htmx.org/package.json',
  'htmx.org/dist/htmx.min.js',
  'htmx.org/dist/ext/hx-sse.min.js',
  'swagger-ui-dist/package.json',
  'swagger-ui-dist/swagger-ui.css',
  'swagger-ui-dist/swagger-ui-bundle.js',
];

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
    // CommonJS has no import.meta: the console finds its files by it.
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': 'importMetaUrl' },
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
    logLevel: 'warning',
  });
  cpSync(join(root, 'functions/console/pages/assets'), join(folder, 'functions/assets'), { recursive: true });
  for (const file of FOR_BROWSERS) {
    cpSync(join(root, 'node_modules', file), join(folder, 'node_modules', file));
  }
  for (const file of ['main.cjs', 'warm-up.cjs']) copyFileSync(join(here, file), join(folder, file));
}
