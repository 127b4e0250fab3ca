import { pushFacts } from '../git/push-facts.ts';
import { announced, NO_COMMIT, type RefUpdate } from '../git/ref-update.ts';
import { repositoryJson } from '../json/repository.ts';
import { type Addresses, PUSHER, userJson } from '../json/user.ts';
import { defaultBranch, type Repository } from '../repositories.ts';
import { pushEvent } from './event/push.ts';
import { createEvent, deleteEvent } from './event/ref.ts';
import type { Webhooks } from './webhooks.ts';

/** Tells a repository's hooks what a push moved, ref by ref. */
export async function announcePush(
  repository: Repository,
  push: readonly RefUpdate[],
  webhooks: Webhooks,
  addresses: Addresses,
): Promise<void> {
  const sender = userJson(PUSHER, addresses);
  const json = repositoryJson(repository, await defaultBranch(repository.folder), addresses);
  for (const update of announced(push)) {
    if (webhooks.wanted(repository.id, 'push')) {
      const facts = await pushFacts(repository.folder, update, push);
      webhooks.send(repository.id, 'push', pushEvent(facts, json, sender));
    }
    if (update.before === NO_COMMIT)
      webhooks.send(repository.id, 'create', createEvent(update, json, sender));
    if (update.after === NO_COMMIT) webhooks.send(repository.id, 'delete', deleteEvent(update, json, sender));
  }
}
