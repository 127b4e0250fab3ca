import { deadLetter, type StoredEvent } from '../../../scripts/local/broker/event.ts';
import { passes } from '../../../scripts/local/broker/filter.ts';
import type { Manifests } from '../../../scripts/local/broker/manifests.ts';

/** One event on its way to one function. */
export interface Waiting {
  readonly to: string;
  readonly event: StoredEvent;
  readonly attempt: number;
  /** Not before that time, where the broker waits between its attempts. */
  readonly dueAt?: number;
}

type Match = { readonly to?: string; readonly type?: string; readonly subject?: string };

/** Attempts as the broker's `delivery.retry` has them; then it is a dead letter. */
const ATTEMPTS = 10;

/** The broker of a scene: it knows the Triggers of knative/, keeps what waits in memory, and lets the test meddle. */
export class Queue {
  waiting: Waiting[] = [];
  /** How often each event is delivered, and which first: a broker promises neither once nor an order. */
  copies = 1;
  newestFirst = false;
  #delayed: { readonly match: Match; readonly items: Waiting[] }[] = [];
  readonly #manifests: Manifests;
  readonly #targets: ReadonlyMap<string, string>;
  readonly #dueAt: ((attempt: number) => number) | undefined;

  /** `dueAt` tells when an attempt is due that follows a failed one; without it: at once. */
  constructor(manifests: Manifests, dueAt?: (attempt: number) => number) {
    this.#manifests = manifests;
    this.#dueAt = dueAt;
    this.#targets = new Map(
      manifests.services.map(({ metadata, spec }) => [
        metadata.name,
        spec.template.spec.containers[0].env.find(({ name }) => name === 'FUNCTION_TARGET')?.value ?? '',
      ]),
    );
  }

  publish(event: StoredEvent): void {
    for (const { spec } of this.#manifests.triggers)
      if (passes(spec.filters, event.attributes))
        this.#add({ to: spec.subscriber.ref.name, event, attempt: 1 });
  }

  next(): Waiting | undefined {
    return this.newestFirst ? this.waiting.pop() : this.waiting.shift();
  }

  /** As the broker takes an answer: 5xx is tried again, other refusals are dead letters. */
  answered(item: Waiting, { status, body }: { readonly status: number; readonly body: string }): void {
    if (status < 300) return;
    if (status >= 500 && item.attempt < ATTEMPTS) {
      const dueAt = this.#dueAt?.(item.attempt + 1);
      this.waiting.push({ ...item, attempt: item.attempt + 1, ...(dueAt !== undefined && { dueAt }) });
    } else if (item.to !== 'onDeadLetter') {
      const failure = { destination: item.to, code: status, detail: body };
      this.waiting.push({ to: 'onDeadLetter', event: deadLetter(item.event, failure), attempt: 1 });
    }
  }

  /** What matches waits, from now on, until the function that is given back is called. Never called: it is lost. */
  delay(match: Match): () => void {
    const delayed = { match, items: this.waiting.filter((item) => matches(item, match)) };
    this.waiting = this.waiting.filter((item) => !matches(item, match));
    this.#delayed.push(delayed);
    return () => {
      this.#delayed = this.#delayed.filter((one) => one !== delayed);
      this.waiting.push(...delayed.items);
    };
  }

  /** Loses what waits. */
  dropAll(): void {
    this.waiting = [];
  }

  #add(subscription: Waiting): void {
    const item = { ...subscription, to: this.#targets.get(subscription.to) ?? subscription.to };
    const delayed = this.#delayed.find(({ match }) => matches(item, match));
    for (let copy = 0; copy < this.copies; copy++) (delayed?.items ?? this.waiting).push(item);
  }
}

const matches = ({ to, event }: Waiting, match: Match) =>
  (match.to === undefined || match.to === to) &&
  (match.type === undefined || match.type === event.attributes.type) &&
  (match.subject === undefined || match.subject === event.attributes.subject);
