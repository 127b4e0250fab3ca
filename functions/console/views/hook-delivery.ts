import { z } from '@hono/zod-openapi';
import type { Needs } from '../needs.ts';
import { refusal } from '../problem.ts';
import { becameOf } from './webhook.ts';

/** GitHub keeps deliveries for 3 days. */
const SINCE_MS = 3 * 86_400_000;
const SHOWN = 50;

/** One event that GitHub sent to a repository's webhook, how it was answered, and what became of it here. */
export const hookDeliveryView = z
  .object({
    id: z.string(),
    event: z.string(),
    answer: z.int().describe('HTTP status that answered the last attempt; 0: none did.'),
    delivered: z.boolean().describe('Whether any attempt was answered well.'),
    at: z.string().describe('Of the last attempt.'),
    became: z.string().describe('skipped: …, 2 Changes, or that it did not come.'),
  })
  .openapi('HookDelivery');
export type HookDeliveryView = z.output<typeof hookDeliveryView>;

/** Asks GitHub, up to 4 requests: on demand alone, and only of a repository that some App follows. */
export async function listDeliveries(
  { cluster, codeHost, store, clock, config }: Needs,
  name: string,
): Promise<{ readonly repository: string; readonly deliveries: readonly HookDeliveryView[] }> {
  const apps = (await cluster.listApps()).filter(
    ({ spec }) => spec.repository.toLowerCase() === name.toLowerCase(),
  );
  const repository = apps[0]?.spec.repository;
  if (repository === undefined)
    throw refusal(404, `No App follows ${name}. List the Apps to see which there are.`);
  const since = new Date(clock().getTime() - SINCE_MS);
  const sent = await codeHost.listHookDeliveries(repository, config.WEBHOOK_URL, since);
  const newest = sent.toSorted((a, b) => b.lastAt.getTime() - a.lastAt.getTime()).slice(0, SHOWN);
  const deliveries = await Promise.all(
    newest.map(async ({ id, event, answer, delivered, lastAt }) => {
      const stored = await store.getDelivery(id);
      const became = stored ? becameOf(stored) : 'it is not here: what was lost is asked for again by itself';
      return { id, event, answer, delivered, at: lastAt.toISOString(), became };
    }),
  );
  return { repository, deliveries };
}
