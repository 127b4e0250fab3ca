import { z } from 'zod';
import { repositoryName } from '../../shared/domain/app-spec.ts';
import type { Delivery } from '../../shared/domain/delivery.ts';
import { keptOfPush } from '../../shared/domain/push.ts';
import { isOwnStatus } from '../../shared/domain/status-context.ts';

/** Webhooks that somebody waits for; every other kind is judged at the door. */
const AWAITED = new Set(['push', 'create', 'delete', 'status']);

const envelope = z.object({
  repository: z.object({ full_name: repositoryName }).optional(),
  after: z.string().optional(),
  sha: z.string().optional(),
  context: z.string().optional(),
});

export type Reception =
  | { readonly action: 'emit'; readonly delivery: Delivery }
  | { readonly action: 'skip'; readonly delivery: Delivery; readonly why: string }
  | { readonly action: 'refuse'; readonly status: 400; readonly why: string };

/** What becomes of a webhook whose signature held. */
export function decide(webhook: { id: string; event: string; body: string; receivedAt: Date }): Reception {
  const sent = parse(webhook.body);
  const payload = envelope.safeParse(sent).data;
  if (!payload)
    return { action: 'refuse', status: 400, why: 'The body is not a JSON object as GitHub sends it.' };
  const commit = commitOf(webhook.event, payload);
  const delivery = {
    id: webhook.id,
    event: webhook.event,
    repository: payload.repository?.full_name ?? '',
    ...(commit === undefined ? {} : { commit }),
    body: webhook.event === 'push' ? keptOfPush(sent) : '',
    receivedAt: webhook.receivedAt.toISOString(),
  };
  if (!AWAITED.has(webhook.event)) {
    return { action: 'skip', delivery, why: `nothing waits for ${webhook.event} events` };
  }
  if (!payload.repository) return { action: 'skip', delivery, why: 'it is about no repository' };
  // GitHub tells us of our own statuses too: they decide nothing, and are no part of the commit's story.
  if (webhook.event === 'status' && isOwnStatus(payload.context ?? '')) {
    const { commit: _told, ...untold } = delivery;
    return { action: 'skip', delivery: untold, why: 'it is our own status' };
  }
  return { action: 'emit', delivery };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function commitOf(event: string, payload: z.output<typeof envelope>): string | undefined {
  const commit = event === 'push' ? payload.after : event === 'status' ? payload.sha : undefined;
  return commit !== undefined && /^(?!0+$)[0-9a-f]{40}$/.test(commit) ? commit : undefined;
}
