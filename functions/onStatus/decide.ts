import type { App } from '../../shared/domain/app.ts';
import { heldBy } from '../../shared/domain/app-spec.ts';
import type { Build } from '../../shared/domain/build.ts';
import type { Change, Verdict } from '../../shared/domain/change.ts';
import type { CommitStatus } from '../../shared/ports/code-host.ts';

/** What is known of one open Change that waits for its Release. */
export interface StatusFacts {
  readonly change: Change;
  /** Undefined: deleted, or another one of the name has taken its place. */
  readonly app: Pick<App, 'spec'> | undefined;
  readonly build: Build | undefined;
  /** Undefined: nobody asked, for nothing follows from them now. */
  readonly checks: Checks | undefined;
  readonly now: Date;
}

export interface Checks {
  /** Of those that the App names: the newest status each. */
  readonly statuses: readonly CommitStatus[];
  /** For an App whose image an external CI builds: with digest, once the registry has it. */
  readonly image: string | undefined;
}

/**
 * Whether checks decide of it. Of what stands under a Hold they do when it is lifted; till then they are looked at when
 * one tells something, not in each round of resync.
 */
export function asksForChecks(change: Change, { spec }: Pick<App, 'spec'>, isRound: boolean): boolean {
  // What got its number is through the gates: only a Hold stops it now.
  if (change.verdict || change.release !== undefined || change.kind !== 'push') return false;
  return !(isRound && spec.hold !== undefined && change.state === 'held');
}

export type StatusDecision =
  | { readonly action: 'nothing'; readonly reason: string }
  | { readonly action: 'wait'; readonly state: 'waiting for checks' | 'held'; readonly reason: string }
  | { readonly action: 'release'; readonly reason: string }
  | { readonly action: 'resume'; readonly reason: string }
  | { readonly action: 'conclude'; readonly verdict: Verdict };

/** Whether a Change may go on: build done, named checks green, no Hold. */
export function decide(facts: StatusFacts): StatusDecision {
  const { change, app } = facts;
  if (change.verdict) return { action: 'nothing', reason: 'it has its verdict' };
  if (!app) return conclude({ outcome: 'cancelled', by: 'the deletion of its App' });
  if (change.kind === 'rollback') return { action: 'nothing', reason: 'a rollback waits for nothing' };
  if (change.state === 'switching') return { action: 'nothing', reason: 'it is selected' };
  return buildGate(facts) ?? checksGate(facts, app) ?? holdGate(app) ?? goOn(change);
}

function buildGate({ change, build }: StatusFacts): StatusDecision | undefined {
  if (change.build === undefined || change.state !== 'building') return undefined;
  switch (build?.state) {
    case 'succeeded':
      return undefined;
    case 'failed':
      return conclude({
        outcome: 'failed',
        why: `the build failed: ${build.reason ?? 'no reason was told'}`,
        ...(build.detail ? { detail: build.detail } : {}),
      });
    case 'cancelled':
      return { action: 'nothing', reason: 'its build was cancelled for another App: onPush makes it anew' };
    case 'running':
    case undefined:
      return { action: 'nothing', reason: 'its build is not done' };
  }
}

function checksGate(
  { change, checks, now }: StatusFacts,
  { spec }: Pick<App, 'spec'>,
): StatusDecision | undefined {
  if (!checks) return undefined;
  const byContext = new Map(checks.statuses.map((status) => [status.context, status.state]));
  const red = spec.checks.find(
    (name) => byContext.get(name) === 'failure' || byContext.get(name) === 'error',
  );
  if (red !== undefined)
    return conclude({ outcome: 'failed', why: `check ${red} is not green: ${byContext.get(red)}` });
  const missing = spec.checks.filter((name) => byContext.get(name) !== 'success');
  const imageMissing = spec.image !== undefined && checks.image === undefined;
  if (missing.length === 0 && !imageMissing) return undefined;
  const what = missing.length > 0 ? missing.join(', ') : 'its image in the registry';
  const since = change.waitingSince ?? now.toISOString();
  const deadline = new Date(since).getTime() + spec.checksTimeoutSeconds * 1000;
  if (now.getTime() >= deadline) {
    return conclude({ outcome: 'failed', why: `${what} did not come in ${spec.checksTimeoutSeconds} s` });
  }
  return { action: 'wait', state: 'waiting for checks', reason: `waiting for ${what}` };
}

function holdGate({ spec }: Pick<App, 'spec'>): StatusDecision | undefined {
  if (!spec.hold) return undefined;
  return { action: 'wait', state: 'held', reason: heldBy(spec.hold) };
}

function goOn(change: Change): StatusDecision {
  // Held while its pods started: they are there, only the switch waited.
  if (change.release !== undefined) return { action: 'resume', reason: `r${change.release} goes on` };
  return { action: 'release', reason: 'it may have its release' };
}

const conclude = (verdict: Verdict): StatusDecision => ({ action: 'conclude', verdict });
