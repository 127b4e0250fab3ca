import {
  advanceChange,
  type Change,
  concludeChange,
  type NewChange,
  openChange,
  type Verdict,
  wishCancelled,
} from '../domain/change.ts';
import { ownEvent } from '../domain/events.ts';
import type { Ports } from './ports.ts';

type Needs = Pick<Ports, 'store' | 'events' | 'clock'>;

/**
 * The Changes, and the event that follows each write of one: first the store, then the announcement (DESIGN §6). When
 * the announcement is lost, resync finds the message in the outbox.
 */
export function ledger({ store, events, clock }: Needs) {
  const announce = (change: Change) =>
    events.emit(ownEvent('dev.cite.change.updated', { change: change.id }));

  const save = async (before: Change, after: Change): Promise<Change> => {
    if (after === before) return before;
    const saved = await store.saveChange(after);
    await announce(saved);
    return saved;
  };

  return {
    /** Opens a Change, or gives the one that is open for its App and commit, or that this cause has made before. */
    async open(change: NewChange, at = clock()): Promise<{ change: Change; opened: boolean }> {
      const result = await store.openChange(openChange(change, at));
      if (result.opened) await announce(result.change);
      return result;
    },
    advance: (change: Change, next: Parameters<typeof advanceChange>[1]) =>
      save(change, advanceChange(change, next, clock())),
    wishCancelled: (change: Change, by: string) => save(change, wishCancelled(change, by, clock())),
    async conclude(change: Change, verdict: Verdict): Promise<Change> {
      const ended = await save(change, concludeChange(change, verdict, clock()));
      // An edit of the App that was left to it, to go with its release, is nobody's now (createService).
      if (ended !== change && ended.release === undefined) {
        const { namespace, name } = ended.app;
        await events.emit(ownEvent('dev.cite.app.found', { namespace, name }));
      }
      return ended;
    },
  };
}
