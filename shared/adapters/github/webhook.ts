import type { RestEndpointMethodTypes } from '@octokit/plugin-rest-endpoint-methods';
import { ConflictError } from '../../domain/errors.ts';
import type { WebhookFault, WebhookSettings } from '../../ports/code-host.ts';
import type { Address } from './address.ts';
import type { Client } from './client.ts';
import { isHttpFault, unlessMissing } from './fault.ts';

/** One webhook per repository and address: the first is brought in line, what is more of them goes. */
export async function ensureWebhook(
  github: Client,
  at: Address,
  hook: WebhookSettings,
): Promise<readonly WebhookFault[]> {
  const settings = {
    ...at,
    active: true,
    events: [...hook.events],
    config: { url: hook.url, content_type: 'json', secret: hook.secret, insecure_ssl: '0' },
  };
  const [first, ...more] = await hooksTo(github, at, hook.url);
  // Always written: GitHub does not tell the secret, so that a replaced one could not be seen.
  if (first === undefined) await makeHook(github, settings);
  else await github.rest.repos.updateWebhook({ ...settings, hook_id: first.id });
  for (const { id } of more) await removeHook(github, at, id);
  return [
    ...(first === undefined ? (['not there'] as const) : faultsOf(first, hook)),
    ...(more.length > 0 ? (['more than one'] as const) : []),
  ];
}

type Hook = RestEndpointMethodTypes['repos']['listWebhooks']['response']['data'][number];

/** GitHub shows stars for a secret, whatever it is. */
function faultsOf({ active, events, config }: Hook, wanted: WebhookSettings): readonly WebhookFault[] {
  const checks: readonly (readonly [WebhookFault, boolean])[] = [
    ['inactive', !active],
    ['other events', events.toSorted().join() !== wanted.events.toSorted().join()],
    ['another content type', config.content_type !== 'json'],
    ['no secret', config.secret === undefined],
    ['TLS not verified', String(config.insecure_ssl) === '1'],
  ];
  return checks.filter(([, isSo]) => isSo).map(([fault]) => fault);
}

async function makeHook(github: Client, settings: Parameters<Client['rest']['repos']['createWebhook']>[0]) {
  try {
    await github.rest.repos.createWebhook(settings);
  } catch (error) {
    if (isHttpFault(error) && error.status === 422 && /already exists/i.test(error.message))
      throw new ConflictError('somebody else made the webhook meanwhile', { cause: error });
    throw error;
  }
}

/** Also done where the repository is gone, and its webhooks with it. */
export async function removeWebhook(github: Client, at: Address, url: string): Promise<void> {
  const hooks = (await unlessMissing(hooksTo(github, at, url))) ?? [];
  for (const { id } of hooks) await removeHook(github, at, id);
}

/** The webhooks of the repository to this address, oldest first. */
export async function hooksTo(github: Client, at: Address, url: string): Promise<readonly Hook[]> {
  const hooks = await github.paginate(github.rest.repos.listWebhooks, { ...at, per_page: 100 });
  return hooks.filter((hook) => hook.config.url === url);
}

const removeHook = (github: Client, at: Address, hook_id: number) =>
  unlessMissing(github.rest.repos.deleteWebhook({ ...at, hook_id }));
