import { createHash } from 'node:crypto';
import type { Change } from './change.ts';

/** What may be told of a Change: how it ended, in the words of its verdict, or that it waits under a Hold. */
export const noticeEvents = [
  'deployed',
  'failed',
  'refused',
  'cancelled',
  'superseded',
  'skipped',
  'held',
] as const;
export type NoticeEvent = (typeof noticeEvents)[number];

/** Where an App wants to be told of: the Secret of its Namespace says the address. */
export interface Destination {
  readonly kind: 'slack' | 'webhook';
  readonly secret: string;
}

/**
 * One thing that one destination is to be told: sent until it was taken, or given up. Kept for a while after that, so that what
 * was told is not told again.
 */
export interface Notice {
  /** Of Change, event and destination: the same in every attempt. A receiver knows repetitions by it. */
  readonly id: string;
  readonly destination: Destination;
  readonly event: NoticeEvent;
  /** The Change as it was then: a later attempt says the same. */
  readonly change: Pick<
    Change,
    | 'id'
    | 'app'
    | 'repository'
    | 'branch'
    | 'kind'
    | 'commit'
    | 'title'
    | 'author'
    | 'by'
    | 'release'
    | 'reason'
  >;
  /** When it happened. */
  readonly at: string;
  readonly writtenAt: string;
  /** `dropped`: the App is gone, or does not name the destination any more. */
  readonly state: 'pending' | 'told' | 'given up' | 'dropped';
  readonly attempts: number;
  /** Not tried before; the first attempt waits for nothing. */
  readonly dueAt: string;
  /** What was wrong at the last attempt. */
  readonly fault?: string;
  /** For compare-and-set; 0 is not stored yet. */
  readonly revision: number;
}

/** As in the examples of Standard Webhooks: no full stop, for the signature joins its parts by them. */
export const noticeId = (change: string, event: NoticeEvent, { kind, secret }: Destination) =>
  `msg_${createHash('sha256')
    .update(JSON.stringify([change, event, kind, secret]))
    .digest('hex')
    .slice(0, 32)}`;
