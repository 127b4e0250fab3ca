/** How visitors come. `slow start`: kept connections to the App whose pods take seconds to listen. */
export type Kind = 'keep-alive' | 'new connection' | 'long' | 'slow start';

/** So many that each come one visit after the other, and together no more often than that. */
export interface Crowd {
  readonly kind: Kind;
  /** Host that they ask for. */
  readonly authority: string;
  readonly visitors: number;
  readonly perSecond: number;
}

/** A visit that was not answered as it should be: no answer, a reset, another status than 200, another body. */
export interface Failure {
  readonly kind: Kind;
  readonly authority: string;
  /** When it was asked (ms since 1970), and how long it took to fail. */
  readonly at: number;
  readonly ms: number;
  readonly error: string;
}

export interface Visits {
  readonly kind: Kind;
  readonly authority: string;
  /** Visits that have an end, good or bad. */
  readonly count: number;
  /** Answered visits by release. */
  readonly releases: Readonly<Record<number, number>>;
  /** Of the answered ones. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
}

export interface Seen {
  readonly visits: readonly Visits[];
  readonly failures: readonly Failure[];
}

/** A time in which something was under way. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const overlaps = ({ at, ms }: Failure, { from, to }: Span) => at <= to && at + ms >= from;
