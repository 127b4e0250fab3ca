import { writeFileSync } from 'node:fs';
import { argv, exit, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { activate } from './activate.ts';
import { cli } from './cli.ts';
import { type Bench, isMet, ratioOf, table } from './figure.ts';
import { pages } from './pages.ts';
import { push } from './push.ts';
import { standbys } from './standbys.ts';
import { sweep } from './sweep.ts';
import { switches } from './switches.ts';
import { webhooks } from './webhooks.ts';

const benches: readonly Bench[] = [webhooks, push, activate, sweep, standbys, switches, pages, cli];

const USAGE = `npm run bench -- [name …] [--json [file]]
${benches.map(({ name, title }) => `  ${name.padEnd(10)} ${title}`).join('\n')}
  --json     all figures as JSON at the end; --json=<file> writes them there`;

/** Figures are printed, not asserted: what they are depends on the machine, the ratios less so. */
async function run(wanted: readonly Bench[], json: string | undefined): Promise<void> {
  const measured: Record<string, unknown> = {};
  for (const { name, title, measure } of wanted) {
    const begun = performance.now();
    stdout.write(`\n${name}: ${title}\n`);
    const figures = await measure();
    measured[name] = figures.map((figure) => ({ ...figure, ratio: ratioOf(figure), met: isMet(figure) }));
    stdout.write(`${table(figures)}\n(${((performance.now() - begun) / 1000).toFixed(0)} s)\n`);
  }
  if (json === undefined) return;
  const text = `${JSON.stringify({ at: new Date().toISOString(), node: process.version, measured }, null, 2)}\n`;
  if (json === '') stdout.write(`\n${text}`);
  else writeFileSync(json, text);
}

function readOptions() {
  // `--json` alone prints: parseArgs has no option with an optional value.
  const args = argv.slice(2).map((arg) => (arg === '--json' ? '--json=' : arg));
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  const unknown = positionals.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined) throw new Error(`there is no bench ${JSON.stringify(unknown)}`);
  const wanted = benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { ...values, wanted };
}

let options: ReturnType<typeof readOptions>;
try {
  options = readOptions();
} catch (err) {
  stderr.write(`${(err as Error).message}\n\n${USAGE}\n`);
  exit(1);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => exit(130));
if (options.help) stdout.write(`${USAGE}\n`);
else await run(options.wanted, options.json);
