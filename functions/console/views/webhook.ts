import { z } from '@hono/zod-openapi';
import type { App } from '../../../shared/domain/app.ts';
import type { Delivery } from '../../../shared/domain/delivery.ts';
import { addressOf } from '../app-of.ts';
import type { Needs } from '../needs.ts';
import { known, type Part, partOf } from './part.ts';

/** Repositories that one look asks the store about: the rest is counted. */
const SHOWN = 50;

/** How one repository tells of its pushes, by what the platform has seen. GitHub is not asked. */
export const webhookView = z
  .object({
    repository: z.string(),
    apps: z.array(z.string()).readonly().describe('<namespace>/<name> of those that follow it.'),
    connected: z.enum(['True', 'False', 'Unknown']),
    message: z.string().describe('Why it is not connected, and what to do.'),
    last: z
      .object({ at: z.string(), event: z.string(), became: z.string() })
      .optional()
      .describe('What it last told of, in 7 days; all of it was answered with 202.'),
  })
  .openapi('Webhook');
export type WebhookView = z.output<typeof webhookView>;

const ORDER = ['False', 'Unknown', 'True'];

/** What is not connected comes first. `of`: how many there are. */
export async function listWebhooks(
  { store }: Pick<Needs, 'store'>,
  apps: readonly App[],
): Promise<{
  readonly of: number;
  readonly shown: readonly WebhookView[];
  readonly parts: readonly Part<unknown>[];
}> {
  const living = apps.filter(({ deleting }) => !deleting);
  const all = [...Map.groupBy(living, ({ spec }) => spec.repository.toLowerCase()).values()]
    .map(connectionOf)
    .toSorted((a, b) => ORDER.indexOf(a.connected) - ORDER.indexOf(b.connected));
  const found = await Promise.all(
    all.slice(0, SHOWN).map(async (webhook) => {
      const last = await partOf(store.lastDelivery(webhook.repository));
      const delivery = known(last);
      return { last, view: { ...webhook, ...(delivery ? { last: lastOf(delivery) } : {}) } };
    }),
  );
  return { of: all.length, shown: found.map(({ view }) => view), parts: found.map(({ last }) => last) };
}

/** Of Apps of one repository. What only one of them says is wrong is wrong. */
function connectionOf(apps: readonly App[]): WebhookView {
  const conditions = apps.flatMap(({ status }) =>
    status.conditions.filter(({ type }) => type === 'SourceConnected'),
  );
  const told = conditions.find(({ status }) => status !== 'True') ?? conditions[0];
  return {
    repository: apps[0]?.spec.repository ?? '',
    apps: apps.map(addressOf),
    connected: told?.status ?? 'Unknown',
    message: told?.message ?? 'It is being connected.',
  };
}

const lastOf = (delivery: Delivery) => ({
  at: delivery.receivedAt,
  event: delivery.event,
  became: becameOf(delivery),
});

/** What became of a delivery, in few words. */
export function becameOf({ judgement }: Pick<Delivery, 'judgement'>): string {
  if (!judgement) return 'not judged yet';
  if ('skipped' in judgement) return `skipped: ${judgement.skipped}`;
  const count = judgement.changes.length;
  return count === 1 ? '1 Change' : `${count || 'no'} Changes`;
}
