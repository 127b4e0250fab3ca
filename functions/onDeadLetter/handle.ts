import type { CloudEvent } from 'cloudevents';
import { z } from 'zod';
import { stalledReason } from '../../shared/domain/change.ts';
import { CUT, type DeadLetter, deadLetterReason } from '../../shared/domain/dead-letter.ts';
import { sentence } from '../../shared/domain/plain-text.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';

type Needs = Pick<Ports, 'store' | 'events' | 'clock' | 'log'>;

/** What no retry could deliver: kept for replay, and shown on the Change that waits for it; resync tries again. */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (event, log) => {
      const letter = deadLetter(event, ports.clock());
      await ports.store.keepDeadLetter(letter);
      log.error({ destination: letter.destination, code: letter.code }, 'dead letter');
      const id = z.object({ change: z.string() }).safeParse(event.data).data?.change;
      const change = id === undefined ? undefined : await ports.store.getChange(id);
      // What tells of the Change's state must not make a new state to tell of.
      if (!change || change.state === 'ended' || event.type === 'dev.cite.change.updated') return;
      // It says so itself: the same in other words would be two states more to tell of at every try.
      if (letter.message !== '' && change.reason.includes(letter.message)) return;
      const reason = stalledReason(change, deadLetterReason(letter));
      await ledger(ports).advance(change, { state: change.state, reason });
    },
);

/** Every event of the platform names what it is about, and nothing more: what is larger was made to fill the store. */
const MAX_DATA = 4096;

function bounded(data: unknown): unknown {
  try {
    return (JSON.stringify(data) ?? '').length <= MAX_DATA ? data : CUT;
  } catch {
    return CUT; // Nested too deeply to be written.
  }
}

/** Each names something; more of them, or longer ones, nobody reads. */
const MAX_EXTENSIONS = 16;
const MAX_EXTENSION = 256;
/** What every event has, by the names that CloudEvents gives. */
const CORE = /^(id|type|source|subject|time|specversion|datacontenttype|dataschema|data|data_base64)$/;

/** The broker's own (what went wrong, where it was) are not the event's. */
function extensionsOf(event: CloudEvent<unknown>): Pick<DeadLetter, 'extensions'> {
  const own = Object.entries(event).filter(
    (entry): entry is [string, string] =>
      !CORE.test(entry[0]) &&
      /^(?!knative)[a-z0-9]{1,64}$/.test(entry[0]) &&
      typeof entry[1] === 'string' &&
      entry[1].length <= MAX_EXTENSION,
  );
  return own.length === 0 ? {} : { extensions: Object.fromEntries(own.slice(0, MAX_EXTENSIONS)) };
}

/** Knative adds what went wrong as attributes (knative.md 1.9); the message in base64. */
function deadLetter(event: CloudEvent<unknown>, at: Date): DeadLetter {
  const text = (name: string) => String(event[name] ?? '').slice(0, 2048);
  return {
    id: event.id,
    type: event.type,
    source: event.source,
    ...(event.subject ? { subject: event.subject } : {}),
    data: bounded(event.data),
    ...extensionsOf(event),
    destination: text('knativeerrordest'),
    code: /^\d{3}$/.test(text('knativeerrorcode')) ? Number(event.knativeerrorcode) : 0,
    message: sentence(Buffer.from(text('knativeerrordata'), 'base64').toString()),
    at: at.toISOString(),
  };
}
