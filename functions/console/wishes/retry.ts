import type { Change } from '../../../shared/domain/change.ts';
import { ownEvent } from '../../../shared/domain/events.ts';
import type { Needs } from '../needs.ts';
import { refusal } from '../problem.ts';
import { requireChange } from './cancel.ts';

const mayBeRetried: readonly string[] = ['failed', 'cancelled', 'skipped', 'refused'];

/** Whether a Change may be tried again: a rollback's wish was the Hold's, and went with the verdict. */
export const isRetriable = ({ verdict, kind }: Pick<Change, 'verdict' | 'kind'>) =>
  verdict !== undefined && mayBeRetried.includes(verdict.outcome) && kind !== 'rollback';

/** Asks for a new Change that does again what this one did not get done; the old verdict stays. */
export async function retry(ports: Needs, id: string, by: string): Promise<Change> {
  const change = await requireChange(ports, id);
  if (!change.verdict) throw refusal(409, `It is still under way: ${change.state}. Cancel it first.`);
  if (!mayBeRetried.includes(change.verdict.outcome)) {
    throw refusal(
      409,
      `It has ended, ${change.reason}: there is nothing to try again. Use redeploy to run the commit anew.`,
    );
  }
  if (!isRetriable(change)) {
    // Only activate writes the wish anew.
    throw refusal(409, `A rollback is asked for, not retried. Activate r${change.release} again.`);
  }
  await ports.events.emit(ownEvent('dev.cite.retry.requested', { change: change.id, by }));
  return change;
}
