/** What a person did, as the console shows it; the record itself is a line of JSON on stdout (DESIGN §7). */
export interface AuditEntry {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** `hold`, `app deleted`. */
  readonly action: string;
  readonly by: string;
  /** Where the request came from, in its own words: addresses on its way, and the program that sent it. */
  readonly from: string;
  /** `<namespace>/<name>`. */
  readonly app?: string;
  /** Id of the Change that it was about. */
  readonly change?: string;
  /** What else was said, by name: `release`, `why`. Never a secret. */
  readonly details: Readonly<Record<string, string>>;
}

/** Where in a list an entry is. */
export type AuditPlace = Pick<AuditEntry, 'at' | 'id'>;

/** Which entries are wanted, newest first: those that are everything that is given. */
export interface AuditQuery {
  /** `<namespace>/<name>`. */
  readonly app?: string;
  /** Those that come after this one in the list: where a page ended, the next begins. */
  readonly after?: AuditPlace;
  /** At most so many (100). */
  readonly limit?: number;
}

/** Most entries of one listing, where no other number is asked for. */
export const LISTED_ENTRIES = 100;

/** Newest first; of one millisecond the higher id. Times are as toISOString writes them: they sort as text. */
export const inAuditOrder = (a: AuditPlace, b: AuditPlace): number =>
  compare(b.at, a.at) || compare(b.id, a.id);

/** Whether an entry is further down the list than the place; without one all are. */
export const comesAfter =
  (place: AuditPlace | undefined) =>
  (entry: AuditPlace): boolean =>
    place === undefined || inAuditOrder(place, entry) < 0;

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));
