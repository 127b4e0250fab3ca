import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutants } from '../../scripts/simulate/mutants.ts';
import { planOf } from './plan.ts';
import { run } from './run.ts';
import { shrink } from './shrink.ts';

/** Issue 5: so many in every verify. */
const DAYS = 2000;
const PART = 250;

test.each(Array.from({ length: DAYS / PART }, (_, i) => i * PART + 1))(
  `every promise is kept on ${PART} bad days from seed %i on`,
  { timeout: 300_000 },
  async (first) => {
    for (let seed = first; seed < first + PART; seed++) {
      const outcome = await run(planOf(seed));
      if (outcome.faults.length === 0) continue;
      const { history, faults } = await shrink(outcome);
      expect.fail(`seed ${seed}: ${faults.join('; ')}\n${history.join('\n')}`);
    }
  },
);

test('the same day is the same history, call by call', async () => {
  const [one, other] = [await run(planOf(11), true), await run(planOf(11), true)];
  expect(one.history.length).toBeGreaterThan(100);
  expect(other.history).toEqual(one.history);
});

test.each(mutants)('there still is what this deliberate bug changes: $name', (mutant) => {
  for (const { file, from } of [mutant, ...(mutant.also ?? [])])
    expect(readFileSync(file, 'utf8').split(from)).toHaveLength(2);
});
