import type { PodStatus } from '../records/kinds.ts';
import { type Backoff, backoffDelay, duration } from './backoff.ts';
import type { Exit } from './process-group.ts';

/** How one try to run a pod's process ended. */
export type Ending =
  | { readonly kind: 'no image'; readonly image: string }
  | { readonly kind: 'not started'; readonly why: string }
  | { readonly kind: 'exited'; readonly exit: Exit; readonly unwell?: string };

/** What a pod says while it waits for its next try, after so many failures in a row, and how long it waits. */
export function waiting(
  ending: Ending,
  failures: number,
  backoff: Backoff,
): { readonly waitMs: number; readonly status: Pick<PodStatus, 'phase' | 'reason' | 'message'> } {
  if (ending.kind === 'exited') {
    const waitMs = backoffDelay(failures, backoff);
    const { reason, message } = exitReason(ending);
    return {
      waitMs,
      status: waitMs
        ? {
            phase: 'Running',
            reason: 'CrashLoopBackOff',
            message: `back-off ${duration(waitMs)} restarting failed container: ${message}`,
          }
        : { phase: 'Running', reason, message },
    };
  }
  // What was not there a moment ago is not there now: no try follows at once.
  const waitMs = backoffDelay(failures + 1, backoff);
  if (ending.kind === 'not started')
    return { waitMs, status: { phase: 'Pending', reason: 'CreateContainerError', message: ending.why } };
  const missing = `image ${JSON.stringify(ending.image)} is not in the image folder of this machine`;
  return failures === 1
    ? { waitMs, status: { phase: 'Pending', reason: 'ErrImagePull', message: missing } }
    : {
        waitMs,
        status: {
          phase: 'Pending',
          reason: 'ImagePullBackOff',
          message: `Back-off pulling image ${JSON.stringify(ending.image)}: ${missing}`,
        },
      };
}

/** Who killed it cannot be known here: a SIGKILL is not called OOMKilled. */
export function exitReason({ exit, unwell }: Extract<Ending, { kind: 'exited' }>): {
  readonly reason: string;
  readonly message: string;
} {
  if (unwell !== undefined)
    return { reason: 'Error', message: `Liveness probe failed: ${unwell}; the container was restarted` };
  if (exit.signal) return { reason: 'Error', message: `killed by ${exit.signal}` };
  return { reason: exit.code === 0 ? 'Completed' : 'Error', message: `exit code ${exit.code}` };
}

/** What a pod says that runs and is not ready. `listening`: the ports that its processes listen on, where it is told. */
export function unready(fault: string, port: number, listening: readonly number[] | undefined): string {
  const ignored = `Readiness probe failed: the app does not listen on PORT=${port}`;
  if (!listening)
    return /ECONNREFUSED|connection refused/.test(fault) ? ignored : `Readiness probe failed: ${fault}`;
  if (listening.includes(port)) return `Readiness probe failed: ${fault}`;
  return `${ignored}; it listens on ${listening.length ? `${listening.join(', ')} instead` : 'no port'}`;
}
