import { z } from '@hono/zod-openapi';
import type { App } from '../../../shared/domain/app.ts';
import type { Hold } from '../../../shared/domain/app-spec.ts';
import { addressOf } from '../app-of.ts';
import { refusal } from '../problem.ts';
import { instant } from '../schemas.ts';

export const appUid = z.string().max(64).describe('Of the App that was seen: another one may have its name.');

/** What a person saw of an App who asks for something of it: what is otherwise by now they did not ask about. */
export const preconditions = z
  .strictObject({
    uid: appUid.optional(),
    hold: instant
      .nullable()
      .optional()
      .describe('`at` of the Hold that was seen, null for none. Whatever it was, it may be lifted by now.'),
  })
  .describe('What was seen of the App: answered with 409 where it is otherwise by now.')
  .openapi('Preconditions');
export type Preconditions = z.output<typeof preconditions>;

/** To be asked of the App as it is read for the write. A Hold that is the wish itself is one that was sent twice. */
export function requireAsSeen(app: App, seen: Preconditions, wish?: Omit<Hold, 'at'>): void {
  if (seen.uid !== undefined && seen.uid !== app.uid) {
    throw refusal(409, `Meanwhile another App has the name ${addressOf(app)}. Look at it, and ask again.`);
  }
  const { hold } = app.spec;
  if (seen.hold === undefined || !hold || hold.at === seen.hold || (wish && isThis(hold, wish))) return;
  const why = hold.why ? `: ${hold.why}` : '';
  throw refusal(409, `Meanwhile ${hold.by} holds ${addressOf(app)}${why}. Look at it, and ask again.`);
}

const isThis = (hold: Hold, { by, why, release }: Omit<Hold, 'at'>) =>
  hold.by === by && hold.why === why && hold.release === (release ?? hold.release);
