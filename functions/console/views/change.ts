import { z } from '@hono/zod-openapi';
import { type Change, changeStates, outcomes, verdictText } from '../../../shared/domain/change.ts';

/** A Change as the API shows it. */
export const changeView = z
  .object({
    id: z.string().describe('In a path as one segment: encoded as encodeURIComponent does.'),
    app: z.object({ namespace: z.string(), name: z.string() }),
    repository: z.string(),
    branch: z.string(),
    kind: z.enum(['push', 'config', 'redeploy', 'rollback']),
    commit: z.string(),
    title: z.string(),
    author: z.string().describe('Of the commit.'),
    by: z.string().optional().describe('Who pushed, or asked for it.'),
    redoes: z.string().optional().describe('Id of the Change that this one does again.'),
    build: z.string().optional().describe('Key of its Build, by which its log is asked for.'),
    release: z.int().optional(),
    state: z.enum(changeStates),
    reason: z.string().describe('Why it is in this state, or why it ended so.'),
    verdict: z
      .object({
        outcome: z.enum(outcomes),
        text: z.string(),
        detail: z.string().optional().describe("The pod's or the build's own last words."),
      })
      .optional(),
    openedAt: z.string(),
    updatedAt: z.string(),
    timeline: z
      .array(z.object({ at: z.string(), state: z.enum(changeStates), reason: z.string() }))
      .readonly(),
  })
  .openapi('Change');
export type ChangeView = z.output<typeof changeView>;

export function showChange({ app, verdict, ...change }: Change): ChangeView {
  // Its own bookkeeping is nobody else's.
  const { revision, base, cancelledBy, waitingSince, foundAgain, ...shown } = change;
  return {
    ...shown,
    app: { namespace: app.namespace, name: app.name },
    ...(verdict
      ? {
          verdict: {
            outcome: verdict.outcome,
            text: verdictText(verdict),
            ...('detail' in verdict && verdict.detail !== undefined ? { detail: verdict.detail } : {}),
          },
        }
      : {}),
  };
}
