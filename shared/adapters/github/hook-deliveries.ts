import type { RestEndpointMethodTypes } from '@octokit/plugin-rest-endpoint-methods';
import { InvalidError } from '../../domain/errors.ts';
import type { HookDelivery } from '../../ports/code-host.ts';
import type { Address } from './address.ts';
import type { Client } from './client.ts';
import { hooksTo } from './webhook.ts';

/** Of 100 attempts each: a question of a schedule must not read a busy repository's log of 3 days every time. */
const MOST_PAGES = 3;

type Attempt = RestEndpointMethodTypes['repos']['listWebhookDeliveries']['response']['data'][number];

/** Attempts of the repository's webhook, put together by the event that they are of. */
export async function listHookDeliveries(
  github: Client,
  at: Address,
  url: string,
  since: Date,
): Promise<readonly HookDelivery[]> {
  const [hook] = await hooksTo(github, at, url);
  if (!hook) return [];
  const attempts = await attemptsSince(github, { ...at, hook_id: hook.id }, since);
  return [...Map.groupBy(attempts, ({ guid }) => guid)].flatMap(
    ([guid, own]) => toDelivery(`${hook.id}/${guid}`, own) ?? [],
  );
}

/** Newest first, as GitHub lists them. */
async function attemptsSince(
  github: Client,
  hook: Address & { readonly hook_id: number },
  since: Date,
): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  let pages = 0;
  const { listWebhookDeliveries } = github.rest.repos;
  for await (const { data } of github.paginate.iterator(listWebhookDeliveries, { ...hook, per_page: 100 })) {
    const young = data.filter(({ delivered_at }) => Date.parse(delivered_at) > since.getTime());
    attempts.push(...young);
    if (young.length < data.length || ++pages === MOST_PAGES) break;
  }
  return attempts;
}

/** Undefined: it began before what is seen here. */
function toDelivery(id: string, newestFirst: readonly Attempt[]): HookDelivery | undefined {
  const [last, first] = [newestFirst[0], newestFirst.at(-1)];
  if (!last || !first || first.redelivery) return undefined;
  return {
    id,
    event: last.event,
    // Some are past what a number holds: octokit then gives a BigInt, whatever its types say.
    attempt: String(last.id),
    delivered: newestFirst.some(({ status_code }) => status_code >= 200 && status_code < 300),
    answer: last.status_code,
    firstAt: new Date(first.delivered_at),
    lastAt: new Date(last.delivered_at),
  };
}

export async function redeliver(
  github: Client,
  at: Address,
  { id, attempt }: Pick<HookDelivery, 'id' | 'attempt'>,
): Promise<void> {
  const hook = id.split('/', 1)[0] ?? '';
  if (!/^\d+$/.test(hook) || !/^\d+$/.test(attempt))
    throw new InvalidError('delivery', 'is none of a webhook', 'Give one that was listed');
  // By hand, for a number would not hold every id.
  await github.request(`POST /repos/{owner}/{repo}/hooks/${hook}/deliveries/${attempt}/attempts`, { ...at });
}
