import type { App } from './app.ts';
import { sentence } from './plain-text.ts';

/** One cause to deploy. Ends in exactly one verdict (DESIGN §2, invariant 4). */
export interface Change {
  /** The App's uid and the cause's id (delivery GUID, request id, spec hash): the same cause is the same Change. */
  readonly id: string;
  readonly app: { readonly namespace: string; readonly name: string; readonly uid: string };
  readonly repository: string;
  readonly branch: string;
  readonly kind: ChangeKind;
  readonly commit: string;
  /** First line of the commit message, and who wrote it; for people. */
  readonly title: string;
  readonly author: string;
  /** Who caused it: who pushed, or asked for it. Absent where nobody is known, as for a head that was found. */
  readonly by?: string;
  /** Id of the Change that this one does again: a retry's, or that of the Release which a rollback or redeploy runs. */
  readonly redoes?: string;
  /** What the push was made on top of, when it was not forced: then its order is known without the code host. */
  readonly base?: string;
  /** Key of the Build that it needs; absent when an external CI builds, or the image is known. */
  readonly build?: string;
  /** Who wants it to end: written before anything is done about it, so that its verdict names them. */
  readonly cancelledBy?: string;
  /** Number of its Release, once given. For a rollback: the one that was asked for. */
  readonly release?: number;
  readonly state: ChangeState;
  /** Why it is in this state, or why it ended so: a sentence for a person. */
  readonly reason: string;
  readonly verdict?: Verdict;
  readonly openedAt: string;
  readonly updatedAt: string;
  /** Opened anew from what the cluster keeps: the store had lost it. What was told of it before may say more than it does. */
  readonly foundAgain?: true;
  /** Since when it waits for its checks: their deadline counts from here. */
  readonly waitingSince?: string;
  readonly timeline: readonly Step[];
  /** For compare-and-set; 0 is not stored yet. */
  readonly revision: number;
}

export type ChangeKind = 'push' | 'config' | 'redeploy' | 'rollback';

/** In the order in which a Change goes through them; `ended` has a verdict. */
export const changeStates = [
  'building',
  'waiting for checks',
  'held',
  'starting',
  'switching',
  'ended',
] as const;
export type ChangeState = (typeof changeStates)[number];

export type Verdict =
  | { readonly outcome: 'deployed'; readonly release: number }
  | { readonly outcome: 'superseded'; readonly by: string }
  | { readonly outcome: 'skipped'; readonly why: string }
  | { readonly outcome: 'refused'; readonly why: string }
  | { readonly outcome: 'failed'; readonly why: string; readonly detail?: string }
  | { readonly outcome: 'cancelled'; readonly by: string };

export const outcomes = ['deployed', 'superseded', 'skipped', 'refused', 'failed', 'cancelled'] as const;

export interface Step {
  readonly at: string;
  readonly state: ChangeState;
  readonly reason: string;
}

/** The newest steps that a Change keeps: a wait may be re-read many times, its story stays readable. */
export const TIMELINE_STEPS = 100;

/** The verdict as every status, log and screen words it. */
export function verdictText(verdict: Verdict): string {
  switch (verdict.outcome) {
    case 'deployed':
      return `deployed as r${verdict.release}`;
    case 'superseded':
      return `superseded by ${verdict.by}`;
    case 'cancelled':
      return `cancelled by ${verdict.by}`;
    case 'skipped':
    case 'refused':
    case 'failed':
      return `${verdict.outcome}: ${verdict.why}`;
  }
}

export type NewChange = Omit<Change, 'revision' | 'timeline' | 'openedAt' | 'updatedAt' | 'waitingSince'>;

/** What every Change takes from its App; the id of its cause makes its own. */
export function changeOf(
  app: Pick<App, 'namespace' | 'name' | 'uid' | 'spec'>,
  cause: Pick<Change, 'id' | 'kind' | 'commit' | 'title' | 'author'> & {
    readonly by?: string | undefined;
    readonly redoes?: string | undefined;
  },
) {
  const { by, redoes, ...known } = cause;
  return {
    ...known,
    id: `${app.uid}/${cause.id}`,
    app: { namespace: app.namespace, name: app.name, uid: app.uid },
    repository: app.spec.repository,
    branch: app.spec.branch,
    title: titleOf(cause.title),
    author: titleOf(cause.author),
    ...(by ? { by: titleOf(by) } : {}),
    ...(redoes === undefined ? {} : { redoes }),
  };
}

/** State, reason and verdict of a Change that ends as soon as it is opened. */
export const endedWith = (verdict: Verdict) =>
  ({ state: 'ended', reason: verdictText(verdict), verdict }) as const;

const MAX_TITLE = 200;

/** Of a commit's message, and of a name: its first line, as people may be shown it. */
export const titleOf = (text: string) => sentence(text.replace(/\n[\s\S]*$/, ''), MAX_TITLE);

/** Others' words in it (a pod's, a registry's, a person's) as people may be shown them. */
function plainVerdict(verdict: Verdict): Verdict {
  if ('why' in verdict) return { ...verdict, why: sentence(verdict.why) };
  return 'by' in verdict ? { ...verdict, by: sentence(verdict.by) } : verdict;
}

export function openChange(change: NewChange, at: Date): Change {
  const now = at.toISOString();
  const reason = sentence(change.reason);
  return {
    ...change,
    reason,
    ...(change.verdict ? { verdict: plainVerdict(change.verdict) } : {}),
    openedAt: now,
    updatedAt: now,
    ...(change.state === 'waiting for checks' ? { waitingSince: now } : {}),
    timeline: [{ at: now, state: change.state, reason }],
    revision: 0,
  };
}

/** The Change in its next state; the same object when nothing differs, so that a repeated event writes nothing. */
export function advanceChange(
  change: Change,
  next: { state: Exclude<ChangeState, 'ended'>; reason: string; release?: number },
  at: Date,
): Change {
  const release = next.release ?? change.release;
  const reason = sentence(next.reason);
  if (change.verdict) return change;
  if (change.state === next.state && change.reason === reason && change.release === release) return change;
  return step({ ...change, ...(release === undefined ? {} : { release }) }, next.state, reason, at);
}

/** Of another system's words: enough to know what to do. */
const MAX_STALLED = 1000;

/** The reason of a Change that cannot go on in its state for now: by its beginning it is told apart, and taken back. */
export const stalledReason = ({ state }: Pick<Change, 'state'>, what: string) =>
  `${state}: ${what.slice(0, MAX_STALLED)}`;

export const isStalled = ({ state, reason }: Pick<Change, 'state' | 'reason'>) =>
  reason.startsWith(stalledReason({ state }, ''));

/** The Change with the wish that it end; the same object where that is written, or it has ended. */
export function wishCancelled(change: Change, by: string, at: Date): Change {
  const cancelledBy = sentence(by);
  if (change.verdict || change.cancelledBy === cancelledBy) return change;
  return { ...change, cancelledBy, updatedAt: at.toISOString() };
}

/** The Change with its verdict. A Change that has one keeps it: the first verdict is the verdict. */
export function concludeChange(change: Change, given: Verdict, at: Date): Change {
  if (change.verdict) return change;
  const verdict = plainVerdict(given);
  const release = verdict.outcome === 'deployed' ? { release: verdict.release } : {};
  return step({ ...change, ...release, verdict }, 'ended', sentence(verdictText(verdict)), at);
}

function step(change: Change, state: ChangeState, reason: string, at: Date): Change {
  const now = at.toISOString();
  return {
    ...change,
    state,
    reason,
    updatedAt: now,
    ...(state === 'waiting for checks' && change.waitingSince === undefined ? { waitingSince: now } : {}),
    timeline: [...change.timeline, { at: now, state, reason }].slice(-TIMELINE_STEPS),
  };
}
