import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { mutants } from '../../scripts/simulate/mutants.ts';
import { planOf } from './plan.ts';
import { run } from './run.ts';
import { shrink } from './shrink.ts';

/** Issue 5: so many in every verify. */
const DAYS = 2000;

// In a process of its own, as `npm run simulate` does: with the stack traces and the coverage of the tests a day takes four times as long.
test(`every promise is kept on ${DAYS} bad days`, { timeout: 900_000 }, async () => {
  const simulate = ['scripts/simulate/simulate.ts', '--seeds', String(DAYS), '--first'];
  const { stdout } = await promisify(execFile)(execPath, simulate);
  if (stdout === '') return;
  const { seed } = JSON.parse(stdout) as { seed: number };
  const { history, faults } = await shrink(await run(planOf(seed), true));
  expect.fail(`seed ${seed}: ${faults.join('; ')}\n${history.join('\n')}`);
});

test('the same day is the same history, call by call', async () => {
  const [one, other] = [await run(planOf(11), true), await run(planOf(11), true)];
  expect(one.history.length).toBeGreaterThan(100);
  expect(other.history).toEqual(one.history);
});

test.each(mutants)('there still is what this deliberate bug changes: $name', (mutant) => {
  for (const { file, from } of [mutant, ...(mutant.also ?? [])])
    expect(readFileSync(file, 'utf8').split(from)).toHaveLength(2);
});
