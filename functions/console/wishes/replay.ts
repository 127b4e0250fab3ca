import { CUT, type DeadLetter } from '../../../shared/domain/dead-letter.ts';
import type { Needs } from '../needs.ts';
import { refusal } from '../problem.ts';

/**
 * Publishes the event of a dead letter again, as it was. Every function that listens to it gets it, which harms none: an
 * event is a hint. It is marked first: where it is refused again, the new letter takes the mark's place.
 */
export async function replay(
  { store, events, clock }: Pick<Needs, 'store' | 'events' | 'clock'>,
  id: string,
  by: string,
): Promise<DeadLetter> {
  const letter = (await store.listDeadLetters()).find((one) => one.id === id);
  if (!letter) throw refusal(404, 'There is no such dead letter, or newer ones have taken its place.');
  if (letter.data === CUT) {
    throw refusal(409, 'Its data was too large to be kept. Retry the Change, or push again.');
  }
  const marked = { ...letter, replayed: { by, at: clock().toISOString() } };
  await store.keepDeadLetter(marked);
  const { type, source, subject = id, data, extensions } = letter;
  try {
    await events.emit({ id, type, source, subject, data, ...(extensions ? { extensions } : {}) });
  } catch (err) {
    await store.keepDeadLetter(letter);
    throw err;
  }
  return marked;
}
