import { z } from '@hono/zod-openapi';
import { outcomes } from '../../../shared/domain/change.ts';
import type { ChangeEvent } from '../../../shared/domain/change-event.ts';
import { changeView } from './change.ts';

const { app, repository, branch, kind, commit, title, author, by, release, state, reason } = changeView.shape;

/** One step of a Change, as the API tells of it. */
export const changeEventView = z
  .object({
    change: z.string().describe('Id of the Change.'),
    ...{ app, repository, branch, kind, commit, title, author, by, release },
    at: z.string(),
    state,
    reason,
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
