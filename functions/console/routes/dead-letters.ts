import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { askerOf } from '../access.ts';
import { audited } from '../audit.ts';
import type { Needs } from '../needs.ts';
import { answers, jsonBody, person } from '../schemas.ts';
import { deadLetterView, showDeadLetter } from '../views/dead-letter.ts';
import { replay } from '../wishes/replay.ts';

const replaying = createRoute({
  tags: ['Platform'],
  method: 'post',
  path: '/dead-letters/{id}/replay',
  summary: 'Publish the event of a dead letter again',
  request: {
    params: z.object({
      id: z.string().min(1).max(1024).describe('As one segment: encoded as encodeURIComponent does.'),
    }),
    body: jsonBody(z.strictObject({ by: person })),
  },
  responses: answers(202, 'Published; where it is refused again it is a new dead letter.', deadLetterView),
});

export function deadLetters(ports: Needs): OpenAPIHono {
  return new OpenAPIHono().openapi(replaying, async (c) => {
    const { id } = c.req.valid('param');
    const by = askerOf(c, c.req.valid('json').by);
    const letter = await audited(ports, c, { action: 'replay', by, details: { event: id } }, () =>
      replay(ports, id, by),
    );
    return c.json(showDeadLetter(letter), 202);
  });
}
