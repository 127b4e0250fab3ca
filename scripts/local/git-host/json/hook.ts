import type { PingEvent, WebhookEvents } from '@octokit/webhooks-types';
import type { Delivery } from '../records/delivery-log.ts';
import type { Hook } from '../records/hooks.ts';
import type { Repository } from '../repositories.ts';
import { repositoryUrl } from './repository.ts';
import type { Addresses } from './user.ts';

/** A hook as the REST API and the ping event show it: its secret is never told. */
export function hookJson(hook: Hook, repository: Repository, addresses: Addresses): PingEvent['hook'] {
  const url = `${repositoryUrl(repository, addresses)}/hooks/${hook.id}`;
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: hook.active,
    events: [...hook.events] as WebhookEvents,
    config: {
      content_type: hook.contentType,
      insecure_ssl: hook.insecureSsl,
      ...(hook.secret === undefined ? {} : { secret: '********' }),
      url: hook.url,
    },
    updated_at: hook.updatedAt,
    created_at: hook.createdAt,
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
  };
}

/** A line of the delivery log. */
export const deliveryJson = (delivery: Delivery, repository: Repository) => ({
  id: delivery.id,
  guid: delivery.guid,
  delivered_at: delivery.deliveredAt,
  redelivery: delivery.redelivery,
  duration: delivery.duration,
  status: delivery.status,
  status_code: delivery.statusCode,
  event: delivery.event,
  action: delivery.action,
  installation_id: null,
  repository_id: repository.id,
  throttled_at: null,
});

/** The same with what was sent and what came back. */
export const deliveryDetailJson = (delivery: Delivery, repository: Repository) => ({
  ...deliveryJson(delivery, repository),
  url: delivery.url,
  request: { headers: delivery.request.headers, payload: parsed(delivery.request.payload) },
  response: delivery.response,
});

/** GitHub shows the payload as an object, however it was sent. */
function parsed(body: string): unknown {
  const json = body.startsWith('payload=') ? (new URLSearchParams(body).get('payload') ?? '') : body;
  return JSON.parse(json);
}
