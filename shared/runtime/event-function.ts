import type { HttpFunction } from '@google-cloud/functions-framework';
import { type CloudEvent, HTTP } from 'cloudevents';
import { ConflictError, InvalidError, RetryableError } from '../domain/errors.ts';
import type { Logger } from './logger.ts';

/** One event: returns when it is dealt with, whatever the answer; throws RetryableError to get it again. */
export type EventHandler = (event: CloudEvent<unknown>, log: Logger) => Promise<void>;

/**
 * Makes a handler a function of the framework. Registered as `http`, since the framework's own event signature can
 * answer nothing but 204 and 500. What the broker does with an answer (knative.md 1.9): 2xx is done; 5xx is tried
 * again; any other 4xx goes to the dead letters at once. A 2xx with a body would be taken for a reply: there is none.
 */
export function eventFunction<P extends { readonly log: Logger }>(
  make: (ports: P) => EventHandler,
): (ports: P) => HttpFunction {
  return (ports) => {
    const handle = make(ports);
    return async (req, res) => {
      const event = parseEvent(req.headers, req.rawBody);
      if ('fault' in event) {
        ports.log.warn({ fault: event.fault }, 'not a CloudEvent');
        res.status(400).end();
        return;
      }
      const log = ports.log.child({ event: event.id, type: event.type, subject: event.subject });
      res.status(await outcome(handle, event, log)).end();
    };
  };
}

/** Times that a lost compare-and-set is met by looking again at once: the other writer is mostly done by then. */
const LOOKS = 3;

async function outcome(handle: EventHandler, event: CloudEvent<unknown>, log: Logger): Promise<number> {
  for (let look = 1; ; look++) {
    try {
      await handle(event, log);
      return 204;
    } catch (err) {
      if (err instanceof ConflictError && look < LOOKS) continue;
      return refusal(err, log);
    }
  }
}

function refusal(err: unknown, log: Logger): number {
  if (err instanceof RetryableError) {
    log.info({ err }, 'to be tried again');
    return 503;
  }
  if (err instanceof InvalidError) {
    log.warn({ err }, 'refused');
    return 422;
  }
  log.error({ err }, 'failed unexpectedly');
  return 500;
}

function parseEvent(
  headers: Record<string, string | string[] | undefined>,
  body: Buffer | undefined,
): CloudEvent<unknown> | { fault: string } {
  try {
    const parsed = HTTP.toEvent<unknown>({ headers, body: body?.toString() ?? '' });
    if (Array.isArray(parsed)) return { fault: 'a batch of events; one at a time is taken' };
    const event = parsed as CloudEvent<unknown>;
    event.validate();
    return event;
  } catch (err) {
    return { fault: err instanceof Error ? err.message : String(err) };
  }
}
