import type { App } from '../../shared/domain/app.ts';
import { heldBy } from '../../shared/domain/app-spec.ts';
import { type Change, changeOf, type NewChange, type Verdict } from '../../shared/domain/change.ts';
import { type Release, specHash } from '../../shared/domain/release.ts';

export interface SpecFacts {
  readonly app: App;
  /** Content of the App's Secret; empty where it names none, undefined where the one that it names is not there. */
  readonly secret: Readonly<Record<string, string>> | undefined;
  readonly openChanges: readonly Change[];
  /** Whether the newest Release has its Workload, or its Change is known: else it has its number alone, and is nobody's. */
  readonly isLastKnown: boolean;
  /** The App's newest Change, ended ones too. */
  readonly newest: Pick<Change, 'branch'> | undefined;
}

export type SpecDecision =
  | { readonly action: 'nothing'; readonly reason: string }
  | { readonly action: 'ask for head'; readonly reason: string }
  | {
      readonly action: 'open';
      readonly change: NewChange;
      /** The Change whose Release starts just now, with the configuration of before. */
      readonly supersede?: Superseded;
    };

export interface Superseded {
  readonly change: Change;
  readonly verdict: Verdict;
}

/** First sight of an App deploys its branch's head; later a spec or secret that differs from the newest Release is a Change. */
export function decide({ app, secret, openChanges, isLastKnown, newest }: SpecFacts): SpecDecision {
  const last = app.lastRelease;
  if (!last) {
    return newest
      ? { action: 'nothing', reason: 'its head is known' }
      : { action: 'ask for head', reason: 'it is seen for the first time' };
  }
  // A Secret that is gone changes nothing by itself: every Release has its own copy.
  if (!secret) return { action: 'nothing', reason: 'its Secret is not there' };
  const hash = specHash(app.spec, secret);
  if (hash === last.specHash && isLastKnown)
    return { action: 'nothing', reason: `r${last.number} is of this spec` };
  if (openChanges.some((change) => change.release === undefined && change.kind !== 'rollback')) {
    return {
      action: 'nothing',
      reason: 'a Change that has no release yet takes the newest configuration with it',
    };
  }
  const maker = openChanges.find((change) => change.id === last.change);
  if (maker?.state === 'switching') {
    // Its verdict wakes this function again (switchSelector).
    return { action: 'nothing', reason: `r${last.number} is being proven` };
  }
  const by = `r${last.number + 1}, its new configuration`;
  return {
    action: 'open',
    change: newChange(app, last, hash),
    ...(maker ? { supersede: { change: maker, verdict: { outcome: 'superseded', by } } } : {}),
  };
}

/**
 * Whether the head of another branch is to be asked for. Beside the decision, not instead of it: where that head is the
 * commit that runs, or the branch is not there yet, the configuration still has to be followed.
 */
export const followsAnotherBranch = ({ app, newest }: Pick<SpecFacts, 'app' | 'newest'>): boolean =>
  newest !== undefined && newest.branch !== app.spec.branch;

function newChange(app: App, last: Release, hash: string): NewChange {
  const { hold, redeploy } = app.spec;
  const wish = redeploy && redeploy.id !== last.redeploy ? redeploy : undefined;
  const kind = wish ? 'redeploy' : 'config';
  return {
    ...changeOf(app, {
      // The generation too: what was cancelled, taken back and wished again is another Change.
      id: `${kind}/r${last.number}-g${app.generation}-${hash}`,
      kind,
      commit: last.commit,
      title: wish ? 'redeploy' : 'configuration changed',
      author: wish ? wish.by : '',
      by: wish?.by,
      redoes: wish && last.change,
    }),
    ...(hold
      ? { state: 'held', reason: heldBy(hold) }
      : { state: 'starting', reason: `${kind} after r${last.number}` }),
  };
}
