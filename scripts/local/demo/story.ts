import { stdout } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Thrown where the world is not as a step says. */
export class DoesNotHold extends Error {
  override name = 'DoesNotHold';
}

export function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new DoesNotHold(otherwise);
}

const PATIENCE_MS = 60_000;
const POLL_MS = 20;

/** Asks until the answer is well; gives it. Says what it waited for when it gives up. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  well: (answer: T) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (well(answer)) return answer;
    if (performance.now() > end)
      throw new DoesNotHold(
        `${what}: not so after ${patienceMs / 1000} s; last seen: ${JSON.stringify(answer)}`,
      );
    await sleep(POLL_MS);
  }
}

/** Tells the steps with their times. A step gives what it found, in a line or several, or throws. */
export function story(): (title: string, step: () => Promise<string>) => Promise<void> {
  let number = 0;
  return async (title, step) => {
    number++;
    const begun = performance.now();
    try {
      const found = await step();
      const seconds = ((performance.now() - begun) / 1000).toFixed(2);
      stdout.write(`✓ ${number}. ${title}  ${seconds} s\n${indent(found)}\n`);
    } catch (cause) {
      throw new DoesNotHold(`✗ ${number}. ${title}\n${indent((cause as Error).message)}`, { cause });
    }
  };
}

const indent = (text: string) => text.replace(/^/gm, '     ');
