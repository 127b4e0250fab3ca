import type { Right } from './right.ts';

/**
 * What lets a person in who has signed in with GitHub: a browser's session, or a token of theirs for programs. Whoever has
 * its secret is let in. The store has no secret: neither this one nor, readable, GitHub's.
 */
export interface Grant {
  /** SHA-256 of the secret, in hex. */
  readonly id: string;
  readonly kind: 'session' | 'token';
  /** GitHub's number of whose it is: a login may change hands. */
  readonly person: string;
  readonly login: string;
  /** What its owner calls it. */
  readonly name: string;
  /** The most that it may, whatever its person may. */
  readonly scope: Right;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly endsAt: string;
  /** GitHub's token of the person, which the secret alone opens. */
  readonly sealed: string;
}

/** What a person may, as GitHub said it last. */
export interface KnownRights {
  /** Id of the grant by which it was asked: that of another one says nothing of whether this one still counts. */
  readonly grant: string;
  /** Whether they are one of the platform's administrators. */
  readonly isAdmin: boolean;
  /** When that was found out: ISO 8601. */
  readonly at: string;
  /** By repository, in lower case: `null` is one that they may not see. */
  readonly repositories: Readonly<Record<string, KnownRight>>;
}

export interface KnownRight {
  readonly right: Right | null;
  readonly at: string;
}
