import type { HttpFunction } from '@google-cloud/functions-framework';
import { type CloudEvent, HTTP } from 'cloudevents';
import { ConflictError, HostDeniedError, InvalidError, RetryableError } from '../domain/errors.ts';
import { sentence } from '../domain/plain-text.ts';
import type { Logger } from './logger.ts';

/** One event: returns when it is dealt with, whatever the answer; throws RetryableError to get it again, HostDeniedError to leave it to resync. */
export type EventHandler = (event: CloudEvent<unknown>, log: Logger) => Promise<void>;

/**
 * Makes a handler a function of the framework. Registered as `http`, since the framework's own event signature can
 * answer nothing but 204 and 500. What the broker does with an answer (knative.md 1.9): 2xx is done; 5xx is tried
 * again; any other 4xx goes to the dead letters at once. A 2xx with a body would be taken for a reply: there is none. The
 * body of a refusal goes with the dead letter, to the people who wait.
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
        res
          .status(400)
          .type('text/plain')
          .send(cut(`not a CloudEvent: ${event.fault}`));
        return;
      }
      const log = ports.log.child({ event: event.id, type: event.type, subject: event.subject });
      const refused = await outcome(handle, event, log);
      if (refused) res.status(refused.status).type('text/plain').send(cut(refused.message));
      else res.status(204).end();
    };
  };
}

interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** Knative keeps 1024 bytes of a body. */
const MAX_MESSAGE = 1000;

const cut = (message: string) => sentence(message, MAX_MESSAGE);

/** Characters of an attribute: they go into logs and keys. The longest of ours (a refusal, in base64) has 1024. */
const MAX_ATTRIBUTE = 2048;

const isLong = (value: unknown) => typeof value === 'string' && value.length > MAX_ATTRIBUTE;

/** Times that a lost compare-and-set is met by looking again at once: the other writer is mostly done by then. */
const LOOKS = 3;

/** Undefined: it is dealt with. */
async function outcome(
  handle: EventHandler,
  event: CloudEvent<unknown>,
  log: Logger,
): Promise<Refusal | undefined> {
  for (let look = 1; ; look++) {
    try {
      await handle(event, log);
      return undefined;
    } catch (err) {
      if (err instanceof ConflictError && look < LOOKS) continue;
      return refusal(err, log);
    }
  }
}

/** Only what was worded for people is told: what else an error says may be a secret. */
function refusal(err: unknown, log: Logger): Refusal {
  if (err instanceof HostDeniedError) {
    log.warn({ err }, 'denied: resync has it tried again');
    return { status: 403, message: err.message };
  }
  if (err instanceof RetryableError) {
    log.info({ err }, 'to be tried again');
    return { status: 503, message: err.message };
  }
  if (err instanceof InvalidError) {
    log.warn({ err }, 'refused');
    return { status: 422, message: err.message };
  }
  log.error({ err }, 'failed unexpectedly');
  return { status: 500, message: 'it failed unexpectedly, its log says why' };
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
    const long = Object.entries(event).find(([name, value]) => name !== 'data' && isLong(value))?.[0];
    return long === undefined
      ? event
      : { fault: `the attribute ${cut(long)} is longer than ${MAX_ATTRIBUTE}` };
  } catch (err) {
    return { fault: err instanceof Error ? err.message : String(err) };
  }
}
