/** Kubernetes waits 10 s and then twice as long each time; a person at one machine should not wait that long first. */
export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
}

export const defaultBackoff: Backoff = { initialMs: 1000, maxMs: 5 * 60_000 };

/** A process that ran this long starts over: what ends it now is not what ended it then (as in Kubernetes). */
const FORGIVEN_MS = 10 * 60_000;

/** The wait after so many failures in a row: none after the first, then initial, doubled each time, up to the maximum. */
export function backoffDelay(failures: number, { initialMs, maxMs }: Backoff): number {
  return failures <= 1 ? 0 : Math.min(initialMs * 2 ** (failures - 2), maxMs);
}

export const failuresAfter = (failures: number, ranMs: number) => (ranMs >= FORGIVEN_MS ? 1 : failures + 1);

/** `10s`, `1m20s`, `200ms`: as Kubernetes prints a duration. */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}
