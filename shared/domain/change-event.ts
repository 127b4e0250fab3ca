import { type Change, type Step, type Verdict, verdictText } from './change.ts';
import { stepsAdded } from './taken-back.ts';

/** One step of a Change, as whoever follows the ledger is told of it. */
export interface ChangeEvent
  extends Step,
    Pick<
      Change,
      'app' | 'repository' | 'branch' | 'kind' | 'commit' | 'title' | 'author' | 'by' | 'release'
    > {
  /** Id of the Change. */
  readonly change: string;
  /** Of the last step. What a pod or a build said is told by the Change itself. */
  readonly verdict?: { readonly outcome: Verdict['outcome']; readonly text: string };
}

/** An event at its place: a later one has a higher place, whoever wrote it. */
export interface PlacedEvent {
  /**
   * Milliseconds since 1970 at which its step was taken, or one more than the place before it: so it goes on where a store
   * that was lost had ended.
   */
  readonly place: number;
  readonly event: ChangeEvent;
}

/** The place of what comes after the last one; 0: there is none. */
export const placeAfter = (last: number, at: number) => Math.max(at, last + 1);

/** The steps that a write adds to what was written before, if anything was. */
export function eventsOf(change: Change, before?: Change): readonly ChangeEvent[] {
  const steps = before ? stepsAdded(before, change) : change.timeline;
  const { id, app, repository, branch, kind, commit, title, author, by, release, verdict } = change;
  return (steps ?? []).map((step) => ({
    change: id,
    app,
    repository,
    branch,
    kind,
    commit,
    title,
    author,
    ...(by === undefined ? {} : { by }),
    ...(release === undefined ? {} : { release }),
    ...step,
    ...(step.state === 'ended' && verdict
      ? { verdict: { outcome: verdict.outcome, text: verdictText(verdict) } }
      : {}),
  }));
}
