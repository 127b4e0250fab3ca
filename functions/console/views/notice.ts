import { z } from '@hono/zod-openapi';
import { type Notice, noticeEvents } from '../../../shared/domain/notice.ts';

/** What a destination of the App was told of a Change, as the API shows it. */
export const noticeView = z
  .object({
    kind: z.enum(['slack', 'webhook']),
    secret: z.string().describe('The Secret that says where to.'),
    event: z.enum(noticeEvents),
    state: z
      .enum(['pending', 'told', 'given up', 'dropped'])
      .describe('dropped: the App does not name the destination any more.'),
    attempts: z.int(),
    fault: z.string().optional().describe('What was wrong at the last attempt.'),
    dueAt: z.string().optional().describe('When it is tried again.'),
  })
  .openapi('Notice');
type NoticeView = z.output<typeof noticeView>;

export const showNotice = ({ destination, event, state, attempts, fault, dueAt }: Notice): NoticeView => ({
  ...destination,
  event,
  state,
  attempts,
  ...(fault === undefined ? {} : { fault }),
  ...(state === 'pending' ? { dueAt } : {}),
});
