import { Agent, type RequestListener } from 'node:http';
import { deadLetter, parseEvent, type StoredEvent } from './event.ts';
import { type Filter, passes } from './filter.ts';
import { eventQueue, type Queued } from './queue.ts';
import { type Backoff, backoffMs } from './retry.ts';
import { send } from './send.ts';

export interface Subscription {
  /** Of its Trigger: what is queued for it survives a restart under this name. */
  readonly name: string;
  readonly filters: readonly Filter[];
  /** Where it is now. */
  readonly url: () => string;
  /** What it is called on a cluster: goes with its dead letters. */
  readonly destination: string;
}

export interface BrokerOptions {
  /** SQLite file of what is not delivered yet. */
  readonly file: string;
  readonly subscriptions: readonly Subscription[];
  readonly deadLetterSink: Pick<Subscription, 'url' | 'destination'>;
  readonly delivery: { readonly retry: number; readonly backoff: Backoff; readonly timeoutMs: number };
  readonly clock: () => Date;
  readonly log: BrokerLog;
}

interface BrokerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface Broker {
  /** The ingress: POST of one event in binary or structured mode; 202 once it is on disk. */
  readonly ingress: RequestListener;
  /** The same without HTTP, for the sources of this process. */
  publish(event: StoredEvent): void;
  /** From now on events are delivered, those of before first. */
  start(): void;
  /** Waits for attempts under way as long as `graceMs`; what is not delivered stays for the next start. */
  close(graceMs?: number): Promise<void>;
}

const MAX_EVENT_BYTES = 1024 * 1024;
const MAX_PER_SUBSCRIPTION = 32;
const DEAD_LETTERS = '(dead letters)';

/** Knative's Broker on one machine: at least once, in no order, each Trigger with its own retries (knative.md 1.9). */
export function broker(options: BrokerOptions): Broker {
  const { subscriptions, delivery, clock, log } = options;
  const queue = eventQueue(options.file);
  const agent = new Agent({ keepAlive: true });
  const sink = { ...options.deadLetterSink, name: DEAD_LETTERS, filters: [] };
  const lanes = new Map(
    [...subscriptions, sink].map((to) => [to.name, { to, waiting: [] as Queued[], running: 0 }]),
  );
  const timers = new Set<NodeJS.Timeout>();
  const attempts = new Set<Promise<void>>();
  let state: 'stopped' | 'delivering' | 'closing' | 'closed' = 'stopped';
  type Lane = NonNullable<ReturnType<typeof lanes.get>>;

  function publish(event: StoredEvent): void {
    const matching = subscriptions.filter((to) => passes(to.filters, event.attributes)).map((to) => to.name);
    if (matching.length === 0) return;
    for (const item of queue.add(event, matching, clock().getTime())) enqueue(item);
  }

  function enqueue(item: Queued): void {
    if (state !== 'delivering') return; // It is on disk: start takes it up.
    const lane = lanes.get(item.subscription);
    if (!lane) {
      log.warn({ to: item.subscription }, 'there is no such Trigger any more: event dropped');
      queue.remove(item);
      return;
    }
    const waitMs = item.dueAt - clock().getTime();
    if (waitMs <= 0) {
      lane.waiting.push(item);
      advance(lane);
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      enqueue({ ...item, dueAt: 0 });
    }, waitMs);
    timers.add(timer);
  }

  function advance(lane: Lane): void {
    while (state === 'delivering' && lane.running < MAX_PER_SUBSCRIPTION) {
      const item = lane.waiting.shift();
      if (!item) return;
      lane.running++;
      const attempt = deliver(lane.to, item)
        .catch((err: unknown) => log.warn({ err, to: lane.to.name }, 'kept for the next start'))
        .finally(() => {
          lane.running--;
          attempts.delete(attempt);
          advance(lane);
        });
      attempts.add(attempt);
    }
  }

  async function deliver(to: Lane['to'], item: Queued): Promise<void> {
    const event = queue.event(item.id);
    const outcome = await send(to.url(), event, agent, delivery.timeoutMs);
    if (state === 'closed') return;
    if (outcome.kind === 'taken') return queue.remove(item);
    const { id, type } = event.attributes;
    const fields = { event: id, type, to: to.name, code: outcome.code, attempt: item.attempt };
    const now = clock().getTime();
    if (outcome.again && item.attempt < delivery.retry) {
      log.info(fields, 'not taken, to be tried again');
      return enqueue(queue.postpone(item, now + backoffMs(delivery.backoff, item.attempt)));
    }
    if (to === sink) {
      log.warn(fields, 'dead letter not taken: lost');
      return queue.remove(item);
    }
    log.warn(fields, 'given up: goes to the dead letters');
    const letter = deadLetter(event, { ...outcome, destination: to.destination });
    enqueue(queue.redirect(item, letter, DEAD_LETTERS, now));
  }

  return {
    publish,
    async ingress(req, res) {
      const refuse = (status: number, why: string) =>
        void res.writeHead(status, { connection: 'close', 'content-type': 'text/plain' }).end(`${why}\n`);
      if (req.method !== 'POST') return refuse(405, 'events are sent by POST');
      const parts: Buffer[] = [];
      let size = 0;
      try {
        for await (const part of req as AsyncIterable<Buffer>) {
          size += part.length;
          if (size > MAX_EVENT_BYTES) return refuse(413, `more than ${MAX_EVENT_BYTES} bytes`);
          parts.push(part);
        }
      } catch {
        return; // The sender went away.
      }
      const event = parseEvent(req.headers, Buffer.concat(parts));
      if ('fault' in event) return refuse(400, event.fault);
      try {
        publish(event);
      } catch (err) {
        log.warn({ err }, 'an event could not be stored');
        return refuse(503, 'the event could not be stored');
      }
      res.writeHead(202).end();
    },
    start() {
      state = 'delivering';
      for (const item of queue.pending()) enqueue(item);
    },
    async close(graceMs = 5000) {
      state = 'closing';
      for (const timer of timers) clearTimeout(timer);
      const { promise, resolve } = Promise.withResolvers<void>();
      const grace = setTimeout(resolve, graceMs);
      await Promise.race([Promise.allSettled(attempts), promise]);
      clearTimeout(grace);
      state = 'closed';
      agent.destroy();
      queue.close();
    },
  };
}
