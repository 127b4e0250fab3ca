import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import manifest from '../../../package.json' with { type: 'json' };
import type { Needs } from '../needs.ts';
import { answers } from '../schemas.ts';

/** Dead letters that the status shows; they are few, or something is badly wrong. */
const SHOWN = 5;

const statusView = z
  .object({
    version: z.string(),
    apps: z.int(),
    openChanges: z.int(),
    unjudgedDeliveries: z.int(),
    pendingMessages: z.int(),
    deadLetters: z.array(
      z.object({
        id: z.string(),
        type: z.string(),
        destination: z.string(),
        message: z.string(),
        at: z.string(),
      }),
    ),
  })
  .openapi('Status');
export type StatusView = z.output<typeof statusView>;

const show = createRoute({
  method: 'get',
  path: '/status',
  summary: 'How the platform is: what is under way and what got stuck',
  responses: answers(200, 'Counts end at 100.', statusView),
});

export function status({ cluster, store, clock }: Needs): OpenAPIHono {
  return new OpenAPIHono().openapi(show, async (c) => {
    const [apps, open, unjudged, pending, letters] = await Promise.all([
      cluster.listApps(),
      store.listChanges({ open: true }),
      store.unjudgedDeliveries(clock()),
      store.pendingMessages(),
      store.listDeadLetters(),
    ]);
    const body = {
      version: manifest.version,
      apps: apps.length,
      openChanges: open.length,
      unjudgedDeliveries: unjudged.length,
      pendingMessages: pending.length,
      deadLetters: letters
        .slice(0, SHOWN)
        .map(({ id, type, destination, message, at }) => ({ id, type, destination, message, at })),
    };
    return c.json(body, 200);
  });
}
