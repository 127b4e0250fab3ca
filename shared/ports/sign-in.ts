import type { Right } from '../domain/right.ts';

/**
 * GitHub, as it tells who somebody is and what they may there. A token is theirs, and asks as they would: `undefined` where
 * GitHub takes it no more. Unreachable, 5xx and rate limits throw RetryableError.
 */
export interface SignIn {
  /** Where a browser asks its person whether this platform may know who they are. */
  address(request: SignInRequest): string;
  /** Their token for the code that the browser came back with; undefined: GitHub does not take the code. */
  tokenFor(
    code: string,
    request: Pick<SignInRequest, 'redirectUrl'> & { readonly verifier: string },
  ): Promise<string | undefined>;
  person(token: string): Promise<Person | undefined>;
  /** What they may do in each of these repositories, as it is spelt here. One that is not named they may not see. */
  rightsIn(token: string, repositories: readonly string[]): Promise<ReadonlyMap<string, Right> | undefined>;
  /** Those that they may push to, at most 100, the last that was pushed to first: for them to choose from. */
  repositories(token: string): Promise<readonly string[] | undefined>;
  /** Whether they are in a team (`organization/team`); false where they may not know either. */
  isMember(token: string, login: string, team: string): Promise<boolean | undefined>;
}

export interface Person {
  /** GitHub's number of them: it stays theirs, whatever they are called. */
  readonly id: string;
  readonly login: string;
}

export interface SignInRequest {
  /** Comes back with the code: what came back unasked is not taken. */
  readonly state: string;
  /** SHA-256 of the verifier, in base64url (RFC 7636, S256). */
  readonly challenge: string;
  /** Where the browser comes back to. */
  readonly redirectUrl: string;
}
