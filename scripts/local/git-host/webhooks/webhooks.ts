import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { type Delivery, type DeliveryLog, deliveryLog } from '../records/delivery-log.ts';
import type { Hook, Hooks } from '../records/hooks.ts';
import { timestamp } from '../records/records.ts';
import { deliver, webhookRequest } from './deliver.ts';

export interface Webhooks {
  readonly log: DeliveryLog;
  /** Whether anybody wants to hear of it: payloads cost git processes. */
  wanted(repository: number, event: string): boolean;
  /** Sends the event to the hooks that want it, all with one GUID; returns before they have it. */
  send(repository: number, event: string, payload: Payload): void;
  ping(hook: Hook, payload: Payload): void;
  /** The same event again, with the same GUID, signed anew. */
  redeliver(hook: Hook, delivery: Delivery): void;
  /** Ends what is under way, and waits until it is logged. */
  close(): Promise<void>;
}

/** A GitHub event's payload, or such of it as tells its action. */
type Payload = object & { readonly action?: string };

/** GitHub's webhooks: each event once to each hook, in no order, without a second try. */
export function webhooks(records: DatabaseSync, hooks: Hooks): Webhooks {
  const log = deliveryLog(records);
  const ending = new AbortController();
  const underWay = new Set<Promise<void>>();

  const wantedBy = (repository: number, event: string) =>
    hooks
      .list(repository)
      .filter((hook) => hook.active && (hook.events.includes(event) || hook.events.includes('*')));

  const start = (hook: Hook, event: string, payload: Payload, guid: string, redelivery: boolean) => {
    const request = webhookRequest(hook, event, guid, payload);
    const id = log.begin({
      hook: hook.id,
      guid,
      event,
      action: payload.action ?? null,
      redelivery,
      deliveredAt: timestamp(),
      url: hook.url,
      request,
    });
    const delivery = deliver(hook.url, request, ending.signal).then((outcome) => {
      log.end(id, outcome);
      underWay.delete(delivery);
    });
    underWay.add(delivery);
  };

  return {
    log,
    wanted: (repository, event) => wantedBy(repository, event).length > 0,
    send(repository, event, payload) {
      const guid = randomUUID();
      for (const hook of wantedBy(repository, event)) start(hook, event, payload, guid, false);
    },
    ping: (hook, payload) => start(hook, 'ping', payload, randomUUID(), false),
    redeliver(hook, { event, guid, request }) {
      start(hook, event, payloadOf(request.headers['Content-Type'], request.payload), guid, true);
    },
    async close() {
      ending.abort();
      await Promise.all(underWay);
    },
  };
}

/** Back from the body that was sent: the hook may want another form by now. */
function payloadOf(contentType: string | undefined, body: string): Payload {
  const json = contentType === 'application/json' ? body : (new URLSearchParams(body).get('payload') ?? '{}');
  return JSON.parse(json) as Payload;
}
