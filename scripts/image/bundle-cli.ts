import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = process.argv[2] ?? `${root}dist/cite.mjs`;

// The command as one file that needs nothing but Node 22: to be copied, or installed by npm i -g.
await build({
  entryPoints: [`${root}scripts/cli/cite.ts`],
  outfile: file,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  // Names stay: a stack trace has to say where.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  // What it bundles of CommonJS asks for Node's own modules by require.
  banner: {
    js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
chmodSync(file, 0o755);
