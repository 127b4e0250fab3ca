import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import manifest from '../../../package.json' with { type: 'json' };
import type { Needs } from '../needs.ts';
import { answers } from '../schemas.ts';
import { changeView, showChange } from '../views/change.ts';
import { deadLetterView, showDeadLetter } from '../views/dead-letter.ts';
import { gatherStatus } from '../views/status.ts';
import { webhookView } from '../views/webhook.ts';

/** Of each kind of thing the status names the newest; the rest is counted. */
const SHOWN = 5;

const statusView = z
  .object({
    version: z.string(),
    away: z
      .array(z.string())
      .readonly()
      .describe('What cannot be reached now, and why: what it would tell is absent.'),
    apps: z.int().optional(),
    brokenStandbys: z
      .array(z.object({ namespace: z.string(), name: z.string(), standby: z.string() }))
      .readonly()
      .optional()
      .describe('Apps whose newest standby would not take over.'),
    openChanges: z.int().optional(),
    underWay: z.array(changeView).readonly().optional().describe('The newest of the open Changes.'),
    unjudgedDeliveries: z.int().optional(),
    pendingMessages: z.int().optional(),
    deadLetters: z.array(deadLetterView).readonly().optional(),
    repositories: z.int().optional(),
    webhooks: z
      .array(webhookView)
      .readonly()
      .optional()
      .describe('Of 50 repositories at most; what is not connected comes first.'),
    rateLimit: z
      .object({ limit: z.int(), remaining: z.int(), resetAt: z.string() })
      .optional()
      .describe("GitHub's, for the platform's token; absent: it sets none, or is away."),
  })
  .openapi('Status');
export type StatusView = z.output<typeof statusView>;

const show = createRoute({
  tags: ['Platform'],
  method: 'get',
  path: '/status',
  summary: 'How the platform is: what is under way, what got stuck, whether it hears and may speak',
  responses: answers(200, 'Counts end at 100.', statusView),
});

export function status(ports: Needs): OpenAPIHono {
  return new OpenAPIHono().openapi(show, async (c) => {
    const { away, apps, brokenStandbys, open, unjudged, pending, letters, webhooks, rateLimit } =
      await gatherStatus(ports);
    const body = {
      version: manifest.version,
      away,
      apps: apps?.length,
      brokenStandbys,
      openChanges: open?.length,
      unjudgedDeliveries: unjudged?.length,
      pendingMessages: pending?.length,
      underWay: open?.slice(0, SHOWN).map(showChange),
      deadLetters: letters?.slice(0, SHOWN).map(showDeadLetter),
      repositories: webhooks?.of,
      webhooks: webhooks?.shown,
      rateLimit: rateLimit && { ...rateLimit, resetAt: rateLimit.resetAt.toISOString() },
    };
    return c.json(body, 200);
  });
}
