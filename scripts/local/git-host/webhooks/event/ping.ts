import type { PingEvent, Repository as RepositoryJson } from '@octokit/webhooks-types';
import { hookJson } from '../../json/hook.ts';
import { type Addresses, TOKEN_OWNER, userJson } from '../../json/user.ts';
import type { Hook } from '../../records/hooks.ts';
import type { Repository } from '../../repositories.ts';

/** GitHub's `ping` event: the first that a new hook hears. */
export const pingEvent = (
  hook: Hook,
  repository: Repository,
  json: RepositoryJson,
  addresses: Addresses,
): PingEvent => ({
  zen: 'Keep it logically awesome.',
  hook_id: hook.id,
  hook: hookJson(hook, repository, addresses),
  repository: json,
  sender: userJson(TOKEN_OWNER, addresses),
});
