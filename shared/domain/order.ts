/**
 * Order is git ancestry, never arrival (invariant 3). `latest` is the commit of the newest Release, `candidate` the one
 * that asks to follow it, `head` the branch's head now.
 */
export interface OrderFacts {
  readonly candidate: string;
  readonly latest: string | undefined;
  readonly head: string | undefined;
  /** Whether head's history holds the commit, itself included. */
  readonly candidateInHead: boolean;
  readonly latestInHead: boolean;
  /** Whether latest's history holds the candidate. */
  readonly candidateInLatest: boolean;
  /** Whether the candidate is made on top of the head: the code host lags, or the branch was forced back. */
  readonly headInCandidate: boolean;
}

/** Undefined: it may follow. Else the commit that supersedes it. */
export function supersededBy(facts: OrderFacts): string | undefined {
  const { candidate, latest, head } = facts;
  // The newest release anew (a configuration, a redeploy), or what the branch is at.
  if (candidate === latest || candidate === head) return undefined;
  // The branch is gone: what was pushed before may still go live, but not over what is newer.
  if (head === undefined) return facts.candidateInLatest ? latest : undefined;
  if (!facts.candidateInHead) return head;
  if (latest === undefined) return undefined;
  // The branch was forced away from the latest release: its own history decides no longer, head wins.
  if (!facts.latestInHead) return undefined;
  return facts.candidateInLatest ? latest : undefined;
}
