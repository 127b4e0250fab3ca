import { ConflictError } from '../../domain/errors.ts';
import type { WebhookSettings } from '../../ports/code-host.ts';
import type { Address } from './address.ts';
import type { Client } from './client.ts';
import { isHttpFault, unlessMissing } from './fault.ts';

/** One webhook per repository and address: the first is brought in line, what is more of them goes. */
export async function ensureWebhook(github: Client, at: Address, hook: WebhookSettings): Promise<void> {
  const settings = {
    ...at,
    active: true,
    events: [...hook.events],
    config: { url: hook.url, content_type: 'json', secret: hook.secret, insecure_ssl: '0' },
  };
  const [first, ...more] = await hookIds(github, at, hook.url);
  // Always written: GitHub does not tell the secret, so that a replaced one could not be seen.
  if (first === undefined) await makeHook(github, settings);
  else await github.rest.repos.updateWebhook({ ...settings, hook_id: first });
  for (const hook_id of more) await removeHook(github, at, hook_id);
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
  const ids = (await unlessMissing(hookIds(github, at, url))) ?? [];
  for (const hook_id of ids) await removeHook(github, at, hook_id);
}

async function hookIds(github: Client, at: Address, url: string): Promise<number[]> {
  const hooks = await github.paginate(github.rest.repos.listWebhooks, { ...at, per_page: 100 });
  return hooks.filter((hook) => hook.config.url === url).map((hook) => hook.id);
}

const removeHook = (github: Client, at: Address, hook_id: number) =>
  unlessMissing(github.rest.repos.deleteWebhook({ ...at, hook_id }));
