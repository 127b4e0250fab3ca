import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Needs } from '../needs.ts';
import { answers } from '../schemas.ts';
import { hookDeliveryView, listDeliveries } from '../views/hook-delivery.ts';

const deliveriesView = z
  .object({ repository: z.string(), deliveries: z.array(hookDeliveryView).readonly() })
  .openapi('HookDeliveries');
export type DeliveriesView = z.output<typeof deliveriesView>;

const list = createRoute({
  tags: ['Platform'],
  method: 'get',
  path: '/webhooks/{owner}/{name}/deliveries',
  summary: "What GitHub sent to a repository's webhook in 3 days, and how it was answered; asks GitHub",
  request: { params: z.object({ owner: z.string().max(39), name: z.string().max(100) }) },
  responses: answers(200, 'The newest 50, newest first.', deliveriesView),
});

export function webhooks(ports: Needs): OpenAPIHono {
  return new OpenAPIHono().openapi(list, async (c) => {
    const { owner, name } = c.req.valid('param');
    return c.json(await listDeliveries(ports, `${owner}/${name}`), 200);
  });
}
