import { z } from '@hono/zod-openapi';
import { changeStates, outcomes } from '../../../shared/domain/change.ts';
import type { ChangeEvent } from '../../../shared/domain/change-event.ts';

/** One step of a Change, as the API tells of it. */
export const changeEventView = z
  .object({
    change: z.string().describe('Id of the Change.'),
    app: z.object({ namespace: z.string(), name: z.string() }),
    repository: z.string(),
    branch: z.string(),
    kind: z.enum(['push', 'config', 'redeploy', 'rollback']),
    commit: z.string(),
    title: z.string(),
    author: z.string().describe('Of the commit.'),
    by: z.string().optional().describe('Who pushed, or asked for it.'),
    release: z.int().optional(),
    at: z.string(),
    state: z.enum(changeStates),
    reason: z.string().describe('Why it is in this state, or why it ended so.'),
    verdict: z
      .object({ outcome: z.enum(outcomes), text: z.string() })
      .optional()
      .describe('Of the last step.'),
  })
  .openapi('ChangeEvent');
export type ChangeEventView = z.output<typeof changeEventView>;

export const showChangeEvent = ({ app, ...event }: ChangeEvent): ChangeEventView => ({
  ...event,
  app: { namespace: app.namespace, name: app.name },
});
