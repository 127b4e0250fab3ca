import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { ownEvent } from '../../../shared/domain/events.ts';
import { sweepPlan } from '../../../shared/runtime/sweep-plan.ts';
import { askerOf, rightsOfAsker } from '../access.ts';
import { audited } from '../audit.ts';
import type { Needs } from '../needs.ts';
import { answers, jsonBody, person } from '../schemas.ts';
import { byRef, seenBy } from '../seen-by.ts';

const planView = z
  .object({
    actions: z.array(
      z.object({
        app: z.object({ namespace: z.string(), name: z.string() }),
        release: z.int(),
        action: z.enum(['keep', 'start clock', 'scale down', 'delete']),
        reason: z.string(),
        pods: z.int().describe('Wanted. 0: it can be started again until it is deleted.'),
        pinnedBy: z.string().optional(),
      }),
    ),
  })
  .openapi('SweepPlan');
export type PlanView = z.output<typeof planView>;

const plan = createRoute({
  tags: ['Sweep'],
  method: 'get',
  path: '/sweep',
  summary: 'What a sweep would do now, with a reason for every release (dry run)',
  responses: answers(200, 'Nothing is done.', planView),
});

const run = createRoute({
  tags: ['Sweep'],
  method: 'post',
  path: '/sweep',
  summary: 'Sweep now rather than at the next time by schedule',
  request: { body: jsonBody(z.strictObject({ by: person })) },
  responses: answers(202, 'Requested.', z.object({ message: z.string() })),
});

export function sweep(ports: Needs): OpenAPIHono {
  return new OpenAPIHono()
    .openapi(plan, async (c) => {
      const plan = await seenBy(ports, rightsOfAsker(c), await sweepPlan(ports), byRef);
      const actions = plan.map(({ app, release, action, reason, workload }) => ({
        app: { namespace: app.namespace, name: app.name },
        release,
        action,
        reason,
        pods: workload.replicas,
        ...(workload.pinnedBy === undefined ? {} : { pinnedBy: workload.pinnedBy }),
      }));
      return c.json({ actions }, 200);
    })
    .openapi(run, async (c) => {
      const by = askerOf(c, c.req.valid('json').by);
      await audited(ports, c, { action: 'sweep', by }, () =>
        ports.events.emit(ownEvent('dev.cite.sweep.requested', { by })),
      );
      return c.json({ message: 'The sweep is on its way.' }, 202);
    });
}
