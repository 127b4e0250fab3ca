import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { env, execPath, exit, stdout } from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { planOf } from '../../test/simulation/plan.ts';
import { run } from '../../test/simulation/run.ts';
import { shrink } from '../../test/simulation/shrink.ts';
import { type Mutant, mutants } from './mutants.ts';

const number = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a number.');
  return Number(text);
};

const program = new Command('simulate')
  .description(
    'Plays bad days: the real functions over simulated ports, each day made from a number. Says which promise was broken.',
  )
  .option('--seeds <count>', 'how many days', number, 2000)
  .option('--from <seed>', 'the first one', number, 1)
  .option('--seed <seed>', 'this day alone, shortened where it fails, with its history', number)
  .option('--whole', 'with --seed: not shortened')
  .option('--mutants', 'with each deliberate bug in turn: which day finds it')
  .option('--step <step>', 'every so many seeds, for several processes at once', number, 1)
  .option('--first', 'end at the first day that fails')
  .parse();
const options = program.opts<{
  seeds: number;
  from: number;
  seed?: number;
  whole?: true;
  mutants?: true;
  step: number;
  first?: true;
}>();
const { from, seeds, step } = options;

if (options.mutants) await playMutants();
else if (options.seed !== undefined) await tell(options.seed);
else if (step > 1 || options.first || env.MUTANT) await play();
else await playAll();

/** One process of several: a line for each day that fails, as JSON. */
async function play(): Promise<void> {
  // Errors are how conflicts and faults are told here, by the dozen a day; where each arose nobody asks.
  Error.stackTraceLimit = 0;
  for (let seed = from; seed < from + seeds; seed += step) {
    const { faults } = await run(planOf(seed));
    if (faults.length === 0) continue;
    stdout.write(`${JSON.stringify({ seed, faults })}\n`);
    if (options.first) return;
  }
}

async function tell(seed: number): Promise<void> {
  const outcome = await run(planOf(seed), true);
  const told = outcome.faults.length === 0 || options.whole ? outcome : await shrink(outcome);
  stdout.write(
    `${told.history.join('\n')}\n\nseed ${seed}: ${told.faults.join('; ') || 'every promise was kept'}\n`,
  );
  if (told.faults.length > 0) exit(1);
}

interface Failure {
  readonly seed: number;
  readonly faults: readonly string[];
}

/** Runs this program again with other arguments; gives the days that failed, and tells of each at once. */
async function child(
  args: readonly string[],
  { mutant, failed }: { readonly mutant?: Mutant; readonly failed?: (failure: Failure) => void } = {},
): Promise<readonly Failure[]> {
  const load = mutant ? ['--import', new URL('mutate.ts', import.meta.url).href] : [];
  const started = spawn(execPath, [...load, fileURLToPath(import.meta.url), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: mutant ? { ...env, MUTANT: mutant.name } : env,
  });
  const failures: Failure[] = [];
  for await (const line of createInterface({ input: started.stdout })) {
    const failure = JSON.parse(line) as Failure;
    failed?.(failure);
    failures.push(failure);
  }
  const code = started.exitCode ?? (await new Promise((resolve) => started.once('exit', resolve)));
  if (code !== 0) throw new Error(`a process of the simulation ended with ${code}`);
  return failures;
}

async function playAll(): Promise<void> {
  const began = performance.now();
  const processes = availableParallelism();
  const parts = Array.from({ length: processes }, (_, i) =>
    child(['--seeds', String(seeds - i), '--from', String(from + i), '--step', String(processes)], {
      failed: ({ seed, faults }) => void stdout.write(`seed ${seed}: ${faults.join('; ')}\n`),
    }),
  );
  const failures = (await Promise.all(parts)).flat().toSorted((a, b) => a.seed - b.seed);
  const seconds = (performance.now() - began) / 1000;
  const rate = Math.round(seeds / seconds);
  stdout.write(`${seeds} days in ${seconds.toFixed(0)} s, ${rate} a second: ${failures.length} failed\n`);
  if (failures[0]) {
    stdout.write(`npm run simulate -- --seed ${failures[0].seed} tells the first one's history.\n`);
    exit(1);
  }
}

/** The table of the deliberate bugs: none may live through the days that are given. */
async function playMutants(): Promise<void> {
  const waiting = [...mutants];
  let lived = 0;
  const work = async () => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const [found] = await child(['--seeds', String(seeds), '--from', String(from), '--first'], { mutant });
      if (!found) lived++;
      const how = found ? `day ${found.seed - from + 1}: ${found.faults[0]}` : 'NOT FOUND';
      stdout.write(`${mutant.name.padEnd(66)} ${how.slice(0, 110)}\n`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  stdout.write(`${mutants.length} deliberate bugs, ${mutants.length - lived} found within ${seeds} days\n`);
  if (lived > 0) exit(1);
}
