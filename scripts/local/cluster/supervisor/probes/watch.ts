import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../../../../../shared/domain/app-spec.ts';
import { probe } from './probe.ts';
import type { ProbeTarget } from './probe-target.ts';

/** Until it has succeeded once a probe that costs little is made more often: a start is not held up by the period. */
const EAGER_MS = 50;

/**
 * Probes until the signal. `healthy` is told at the first success and after a failure that counted, `failing` each time
 * that at least failureThreshold probes in a row, one per period, have failed.
 */
export async function watchCheck(options: {
  readonly check: Check;
  readonly target: ProbeTarget;
  readonly signal: AbortSignal;
  readonly healthy: () => void;
  readonly failing: (fault: string) => void;
}): Promise<void> {
  const { check, target, signal } = options;
  const periodMs = check.periodSeconds * 1000;
  let succeeded = false;
  let failures = 0;
  let countedAt = performance.now();
  while (!signal.aborted) {
    const fault = await probe(check, target);
    if (signal.aborted) return;
    if (fault === undefined) {
      if (!succeeded || failures >= check.failureThreshold) options.healthy();
      succeeded = true;
      failures = 0;
    } else if (succeeded || performance.now() - countedAt >= periodMs) {
      countedAt = performance.now();
      failures += 1;
      if (failures >= check.failureThreshold) options.failing(fault);
    }
    const pause = succeeded || check.exec ? periodMs : Math.min(EAGER_MS, periodMs);
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}
