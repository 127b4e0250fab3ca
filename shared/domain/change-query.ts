import type { Change, Verdict } from './change.ts';
import { commitPrefix } from './commit-prefix.ts';
import { instant } from './instant.ts';

/** Which Changes are wanted, newest first: those that are everything that is given. */
export interface ChangeQuery {
  /** The App's uid. */
  readonly app?: string;
  readonly repository?: string;
  /** The whole of its name. */
  readonly branch?: string;
  /** Its first 7 to 40 digits. */
  readonly commit?: string;
  readonly build?: string;
  /** Who wrote the commit, caused the Change or cancelled it; capitals do not count. */
  readonly person?: string;
  readonly outcome?: Verdict['outcome'];
  /** Those that do again what the Change of this id did. */
  readonly redoes?: string;
  /** Without a verdict. */
  readonly open?: boolean;
  /** ISO 8601. Opened then or later. */
  readonly since?: string;
  /** ISO 8601. Opened before that. */
  readonly until?: string;
  /** Those that come after this one in the list: where a page ended, the next begins. */
  readonly after?: Place;
  /** At most so many (100). */
  readonly limit?: number;
}

/** Where in a list a Change is: what comes later does not move it. */
export type Place = Pick<Change, 'openedAt' | 'id'>;

/** Most Changes of one listing, where no other number is asked for. */
export const LISTED_CHANGES = 100;

/** Newest first; of one millisecond the higher id. Times are as toISOString writes them: they sort as text. */
export const inListOrder = (a: Place, b: Place): number =>
  compare(b.openedAt, a.openedAt) || compare(b.id, a.id);

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** Whether it is one of those that are wanted; undefined: none can be. */
export function matcherOf(query: ChangeQuery): ((change: Change) => boolean) | undefined {
  const prefix = query.commit === undefined ? '' : commitPrefix(query.commit);
  if (prefix === undefined) return undefined;
  const { app, repository, branch, build, outcome, redoes, open, after } = query;
  const person = query.person === undefined ? undefined : personKey(query.person);
  const isInTime = timeMatcher(query);
  const is = <T>(wanted: T | undefined, value: T) => wanted === undefined || wanted === value;
  return (change) =>
    is(app, change.app.uid) &&
    is(repository, change.repository) &&
    is(branch, change.branch) &&
    is(build, change.build) &&
    is(outcome, change.verdict?.outcome) &&
    is(redoes, change.redoes) &&
    is(open, change.verdict === undefined) &&
    (person === undefined || peopleOf(change).includes(person)) &&
    change.commit.startsWith(prefix) &&
    isInTime(change) &&
    (after === undefined || inListOrder(after, change) < 0);
}

function timeMatcher({ since, until }: ChangeQuery): (change: Change) => boolean {
  if (since === undefined && until === undefined) return () => true;
  const from = since === undefined ? -Infinity : instant(since);
  const to = until === undefined ? Infinity : instant(until);
  return ({ openedAt }) => from <= instant(openedAt) && instant(openedAt) < to;
}

/** Everybody who has to do with a Change, as they are looked for. */
export function peopleOf({ author, by, verdict }: Change): readonly string[] {
  const ender = verdict?.outcome === 'cancelled' ? verdict.by : undefined;
  const named = [author, by, ender].filter((name) => name !== undefined && name !== '');
  return [...new Set(named.map((name) => personKey(name as string)))];
}

/** As people are looked for: GitHub's logins are the same in capitals. The letters of ASCII alone, as SQLite does it. */
export const personKey = (name: string) => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
