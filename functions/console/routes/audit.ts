import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { rightsOfAsker } from '../access.ts';

import { pageOf, parseCursor } from '../cursor.ts';
import type { Needs } from '../needs.ts';
import { answers, appAddressText, cursor, next, queryNumber } from '../schemas.ts';
import { byEntry, seenBy } from '../seen-by.ts';

const auditEntry = z
  .object({
    id: z.string(),
    at: z.string(),
    action: z.string(),
    by: z.string(),
    from: z.string().describe('Addresses on its way, and the program that asked.'),
    app: z.string().optional().describe('<namespace>/<name>'),
    change: z.string().optional().describe('Id of the Change that it was about.'),
    details: z.record(z.string(), z.string()).readonly(),
  })
  .openapi('AuditEntry');
export type AuditEntryView = z.output<typeof auditEntry>;

const list = createRoute({
  tags: ['Platform'],
  method: 'get',
  path: '/audit',
  summary: 'What people did, newest first: for 90 days, and as long as the store is not lost',
  request: {
    query: z.object({
      app: appAddressText.optional(),
      limit: queryNumber(1, 100).default(50),
      cursor,
    }),
  },
  responses: answers(
    200,
    'Newest first.',
    z.object({
      entries: z.array(auditEntry).readonly(),
      next,
    }),
  ),
});

export const audit = (ports: Needs): OpenAPIHono =>
  new OpenAPIHono().openapi(list, async (c) => {
    const { app, limit, cursor } = c.req.valid('query');
    const found = await ports.store.listAuditEntries({
      ...(app === undefined ? {} : { app }),
      ...(cursor === undefined ? {} : { after: parseCursor(cursor) }),
      limit: limit + 1,
    });
    const { shown, ...page } = pageOf(found, limit, (entry) => entry);
    return c.json({ entries: await seenBy(ports, rightsOfAsker(c), shown, byEntry), ...page }, 200);
  });
