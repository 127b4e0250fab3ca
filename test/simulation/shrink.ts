import type { Plan } from './plan.ts';
import { type Outcome, run } from './run.ts';

/** Most days that are played to shorten one. */
const MOST_TRIES = 300;

/** The same misfortune with as few acts as can be found: halves, quarters, … of the acts are left out in turn. */
export async function shrink(failed: Outcome): Promise<Outcome> {
  let shortest = failed;
  let tries = 0;
  const attempt = async (plan: Plan): Promise<boolean> => {
    if (tries++ >= MOST_TRIES) return false;
    const outcome = await run(plan);
    if (outcome.faults.length === 0) return false;
    shortest = outcome;
    return true;
  };
  if (failed.plan.apps > 1) await attempt({ ...failed.plan, apps: 1 });
  for (let size = Math.ceil(shortest.plan.acts.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < shortest.plan.acts.length; ) {
      const { acts } = shortest.plan;
      const left = [...acts.slice(0, start), ...acts.slice(start + size)];
      if (!(await attempt({ ...shortest.plan, acts: left }))) start += size;
    }
  }
  return run(shortest.plan, true);
}
