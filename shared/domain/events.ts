import { z } from 'zod';
import { InvalidError } from './errors.ts';

/** A name or an id. The longest is a Change's, of two ids: what is longer names nothing, and would fill logs. */
function id() {
  return z.string().min(1).max(1024);
}

/**
 * Every event of the platform's own, with its data: `dev.cite.<noun>.<past or requested>` (DESIGN §4). An event is a
 * hint: who gets it re-reads the world, so that a duplicate, late or reordered one is harmless.
 */
const app = z.object({ namespace: id(), name: id() });
const change = z.object({ change: id() });

export const ownEvents = {
  /** A branch head that no delivery told of: first sight of an App, or found by resync. */
  'dev.cite.head.found': app,
  /** A person wants a failed or cancelled Change tried again. */
  'dev.cite.retry.requested': change.extend({ by: z.string().max(256).optional() }),
  /** A Build has its result; also when it had it before. */
  'dev.cite.build.finished': z.object({ build: id() }),
  /** A Build whose Job may have ended unheard, found by resync. */
  'dev.cite.build.found': z.object({ build: id() }),
  /** Automatic switching goes on. */
  'dev.cite.hold.lifted': app,
  /** A Change waits for something that only time brings, or whose event may be lost. */
  'dev.cite.change.found': change,
  /** A Change may have its Release. */
  'dev.cite.release.requested': change,
  /** A person wants that Release live: `spec.hold.release` holds the wish. */
  'dev.cite.activate.requested': app,
  /** An App whose workloads or Service may need a look, found by resync. */
  'dev.cite.workload.found': app,
  /** An App that createService may have missed, found by resync. */
  'dev.cite.app.found': app,
  /** A person wants the sweep now. */
  'dev.cite.sweep.requested': z.object({ by: id() }),
  /** A Change is in a new state: the outbox has a message. */
  'dev.cite.change.updated': change,
  /** A destination of an App's is to be told of a Change: the store has the notice. */
  'dev.cite.notice.written': z.object({ notice: id() }),
} as const;

export type OwnEventType = keyof typeof ownEvents;
export type OwnEventData<T extends OwnEventType> = z.output<(typeof ownEvents)[T]>;

/** An event to emit: the broker's adapter gives it its id, source and time. */
export interface CiteEvent {
  readonly type: string;
  readonly subject: string;
  readonly data: unknown;
  /** Given where the cause has an id: GitHub's delivery. */
  readonly id?: string;
  readonly source?: string;
  /** Extension attributes that Triggers filter by. */
  readonly extensions?: Readonly<Record<string, string>>;
}

/** An event of the platform's own. The subject is what it is about: `namespace/name`, or an id. */
export function ownEvent<T extends OwnEventType>(type: T, data: OwnEventData<T>): CiteEvent {
  return { type, subject: subjectOf(data), data };
}

function subjectOf(data: OwnEventData<OwnEventType>): string {
  if ('namespace' in data) return `${data.namespace}/${data.name}`;
  if ('change' in data) return data.change;
  if ('build' in data) return data.build;
  if ('notice' in data) return data.notice;
  return 'sweep';
}

/** Data of an event of this type; InvalidError where it is not: it then goes to the dead letters at once. */
export function parseOwnEvent<T extends OwnEventType>(type: T, data: unknown): OwnEventData<T> {
  const parsed = ownEvents[type].safeParse(data);
  if (!parsed.success)
    throw new InvalidError('data', z.prettifyError(parsed.error), `Send what ${type} holds.`);
  return parsed.data as OwnEventData<T>;
}

/** Data of an event that tells of a stored delivery. */
export function parseDeliveryEvent(data: unknown): string {
  const parsed = z.object({ delivery: id() }).safeParse(data);
  if (!parsed.success) throw new InvalidError('data', 'names no delivery', 'Send {"delivery": id}.');
  return parsed.data.delivery;
}

/** What GitHub's webhooks become: the payload stays in the store, so that no broker has to carry 25 MB. */
export function githubEvent(delivery: { id: string; event: string; repository: string }): CiteEvent {
  return {
    type: `com.github.${delivery.event}`,
    subject: delivery.repository,
    data: { delivery: delivery.id },
    extensions: { githubevent: delivery.event },
  };
}

/**
 * Which App an event of the cluster is about; undefined: none of ours. The world is re-read, so only names matter.
 * ApiServerSource gives namespace, name and kind as attributes, the labels only with the object (knative.md 1.2).
 */
export function appOfClusterEvent(event: ClusterEvent): { namespace: string; name: string } | undefined {
  if (event.kind === 'App') return { namespace: event.namespace, name: event.name };
  const name = event.labels['cite.dev/app'];
  return name === undefined ? undefined : { namespace: event.namespace, name };
}

const clusterEvent = z.object({
  kind: id(),
  namespace: id(),
  name: id(),
  data: z
    .object({
      metadata: z.object({ labels: z.record(z.string(), z.string().max(1024)).optional() }).optional(),
    })
    .optional(),
});

export interface ClusterEvent {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** An event of an ApiServerSource; undefined where it is not one. */
export function parseClusterEvent(event: unknown): ClusterEvent | undefined {
  const parsed = clusterEvent.safeParse(event);
  if (!parsed.success) return undefined;
  const { kind, namespace, name, data } = parsed.data;
  return { kind, namespace, name, labels: data?.metadata?.labels ?? {} };
}
