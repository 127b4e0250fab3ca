/** An event that a function refused for good, or too often: kept for replay and shown (DESIGN §4, onDeadLetter). */
export interface DeadLetter {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject?: string;
  readonly data: unknown;
  /** Attributes that Triggers filter by and functions read: the kind and name of an object. */
  readonly extensions?: Readonly<Record<string, string>>;
  /** Which function would not take it, and the answer that it gave. */
  readonly destination: string;
  readonly code: number;
  readonly message: string;
  readonly at: string;
  /** Who had it published again since, and when; gone when it is refused again. */
  readonly replayed?: { readonly by: string; readonly at: string };
}

/** In place of data that was too large to be kept. */
export const CUT = '[cut]';

/** The broker names the function by its address: http://on-push.cite-system.svc.cluster.local; one machine by its name. */
export const functionOf = ({ destination }: Pick<DeadLetter, 'destination'>) =>
  URL.canParse(destination) ? new URL(destination).hostname.replace(/\..*/, '') : destination;

/** What those who wait for it are told. */
export function deadLetterReason(letter: Pick<DeadLetter, 'destination' | 'code' | 'message'>): string {
  const answer = letter.code === 0 ? 'it did not answer' : `it answered ${letter.code}`;
  const why = letter.message.trim().replace(/[.;]$/, '') || answer;
  return `${functionOf(letter)} could not go on: ${why}; it is tried again every 5 minutes`;
}
