import { type Change, type Step, TIMELINE_STEPS } from './change.ts';
import { ConflictError } from './errors.ts';

/** What a Change is about: none of it ever changes. */
const IDENTITY = [
  'id',
  'repository',
  'branch',
  'kind',
  'commit',
  'title',
  'author',
  'by',
  'redoes',
  'openedAt',
] as const;

/**
 * What a Change would take back of what is written of it: the ledger is only ever added to. Undefined: nothing. Only a
 * fault of ours can; every store refuses it.
 */
function takenBack(before: Change, after: Change): string | undefined {
  if (before.app.uid !== after.app.uid) return 'its App';
  const changed = IDENTITY.find((field) => before[field] !== after[field]);
  if (changed !== undefined) return `its ${changed}`;
  if (before.release !== undefined && after.release === undefined) return 'its release';
  return undefined;
}

/**
 * The steps that are new. Undefined: those that were there are not there, in their order, but for the oldest of a timeline
 * that is full.
 */
export function stepsAdded(
  { timeline: before }: Change,
  { timeline: after }: Change,
): readonly Step[] | undefined {
  for (let added = 0; added < TIMELINE_STEPS; added++) {
    const steps = after.slice(after.length - added);
    if (JSON.stringify([...before, ...steps].slice(-TIMELINE_STEPS)) === JSON.stringify(after)) return steps;
  }
  return undefined;
}

/**
 * Throws where it would take something back; ConflictError where that are steps: a store that failed over may have had
 * others at this revision.
 */
export function requireAddition(before: Change, after: Change): void {
  if (!stepsAdded(before, after))
    throw new ConflictError(`Change ${before.id} would take back a step of its timeline`);
  const what = takenBack(before, after);
  if (what !== undefined) throw new Error(`Change ${before.id} would take back ${what}`);
}
