import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import manifest from '../../../package.json' with { type: 'json' };
import type { Needs } from '../needs.ts';
import { answers } from '../schemas.ts';
import { changeView, showChange } from '../views/change.ts';
import { deadLetterView, showDeadLetter } from '../views/dead-letter.ts';
import { gatherStatus } from '../views/status.ts';

/** Of each kind of thing the status names the newest; the rest is counted. */
const SHOWN = 5;

const statusView = z
  .object({
    version: z.string(),
    apps: z.int(),
    brokenStandbys: z
      .array(z.object({ namespace: z.string(), name: z.string(), standby: z.string() }))
      .readonly()
      .describe('Apps whose newest standby would not take over.'),
    openChanges: z.int(),
    underWay: z.array(changeView).readonly().describe('The newest of the open Changes.'),
    unjudgedDeliveries: z.int(),
    pendingMessages: z.int(),
    deadLetters: z.array(deadLetterView).readonly(),
  })
  .openapi('Status');
export type StatusView = z.output<typeof statusView>;

const show = createRoute({
  tags: ['Platform'],
  method: 'get',
  path: '/status',
  summary: 'How the platform is: what is under way and what got stuck',
  responses: answers(200, 'Counts end at 100.', statusView),
});

export function status(ports: Needs): OpenAPIHono {
  return new OpenAPIHono().openapi(show, async (c) => {
    const { apps, brokenStandbys, open, unjudged, pending, letters } = await gatherStatus(ports);
    const body = {
      version: manifest.version,
      apps: apps.length,
      brokenStandbys,
      openChanges: open.length,
      unjudgedDeliveries: unjudged.length,
      pendingMessages: pending.length,
      underWay: open.slice(0, SHOWN).map(showChange),
      deadLetters: letters.slice(0, SHOWN).map(showDeadLetter),
    };
    return c.json(body, 200);
  });
}
