import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { hold as holdSchema } from '../../../shared/domain/app-spec.ts';
import { askerOf } from '../access.ts';
import { audited } from '../audit.ts';
import type { Needs } from '../needs.ts';
import { answers, appAddress, jsonBody, person, reason } from '../schemas.ts';
import { hold, lift } from '../wishes/hold.ts';
import { preconditions } from '../wishes/preconditions.ts';

const holding = createRoute({
  tags: ['Holds'],
  method: 'post',
  path: '/apps/{namespace}/{name}/hold',
  summary: 'Stop automatic switching: pushes are built, but wait',
  request: {
    params: appAddress,
    body: jsonBody(z.strictObject({ by: person, why: reason, preconditions: preconditions.optional() })),
  },
  responses: answers(200, 'The Hold, as everybody is shown it.', z.object({ hold: holdSchema })),
});

const lifting = createRoute({
  tags: ['Holds'],
  method: 'post',
  path: '/apps/{namespace}/{name}/lift',
  summary: 'Let automatic switching go on; the newest Change that waited is released',
  request: {
    params: appAddress,
    body: jsonBody(z.strictObject({ by: person, preconditions: preconditions.optional() })),
  },
  responses: answers(202, 'Lifted.', z.object({ message: z.string().describe('What follows.') })),
});

export function holds(ports: Needs): OpenAPIHono {
  return new OpenAPIHono()
    .openapi(holding, async (c) => {
      const { why = '', preconditions, ...wish } = c.req.valid('json');
      const by = askerOf(c, wish.by);
      const ref = c.req.valid('param');
      const written = await audited(ports, c, { action: 'hold', by, app: ref, details: { why } }, () =>
        hold(ports, ref, by, why, preconditions),
      );
      return c.json({ hold: written }, 200);
    })
    .openapi(lifting, async (c) => {
      const { preconditions, ...wish } = c.req.valid('json');
      const by = askerOf(c, wish.by);
      const ref = c.req.valid('param');
      const message = await audited(ports, c, { action: 'lift', by, app: ref }, () =>
        lift(ports, ref, by, preconditions),
      );
      return c.json({ message }, 202);
    });
}
