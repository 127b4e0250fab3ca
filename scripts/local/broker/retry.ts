/** What the broker does after one attempt at delivery. `code` and `detail` go with the dead letter. */
export type Outcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly again: boolean; readonly code: number; readonly detail: string };

export interface Backoff {
  readonly policy: 'linear' | 'exponential';
  readonly delayMs: number;
}

/** The answer of a function, as far as it decides. `reply`: its body is a CloudEvent. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly reply: boolean;
}

/** Besides 5xx: the 4xx that Knative's SelectiveRetry tries again (kncloudevents/retries.go). */
const RETRIED_4XX = new Set([404, 408, 409, 429]);

/**
 * What an answer means, as Knative's filter and channel see it (knative.md 1.9): 2xx without a body is done; 2xx with a
 * body that is no CloudEvent counts as 502; a 4xx is for good, but for the four above. A reply event would go back into
 * the broker; no function here sends one, so it is a fault of the function.
 */
export function judge(answer: Answer): Outcome {
  const { status, body, reply } = answer;
  if (status < 200 || status > 299)
    return { kind: 'failed', again: status >= 500 || RETRIED_4XX.has(status), code: status, detail: body };
  if (reply)
    return { kind: 'failed', again: false, code: status, detail: 'answered with an event: none is expected' };
  if (body === '') return { kind: 'taken' };
  return { kind: 'failed', again: true, code: 502, detail: `answered ${status} with a body: ${body}` };
}

/** Milliseconds until retry number `n`, the first being 0: Knative's own count, so linear starts at once. */
export function backoffMs(backoff: Backoff, n: number): number {
  return backoff.policy === 'linear' ? backoff.delayMs * n : backoff.delayMs * 2 ** n;
}

const DURATION =
  /^P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Milliseconds of an ISO 8601 duration of days and smaller (`PT0.2S`); undefined: it is none. */
export function durationMs(text: string): number | undefined {
  const parts = DURATION.exec(text)?.slice(1);
  if (!parts || parts.every((part) => part === undefined)) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0));
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
}
