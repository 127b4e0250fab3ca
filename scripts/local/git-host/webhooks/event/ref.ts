import type { CreateEvent, DeleteEvent, Repository as RepositoryJson, User } from '@octokit/webhooks-types';
import type { RefUpdate } from '../../git/ref-update.ts';

/** GitHub's `create` event of a new branch or tag. */
export const createEvent = (update: RefUpdate, repository: RepositoryJson, sender: User): CreateEvent => ({
  ref: update.name,
  ref_type: update.kind,
  master_branch: repository.default_branch,
  description: repository.description,
  pusher_type: 'user',
  repository,
  sender,
});

/** GitHub's `delete` event. */
export const deleteEvent = (update: RefUpdate, repository: RepositoryJson, sender: User): DeleteEvent => ({
  ref: update.name,
  ref_type: update.kind,
  pusher_type: 'user',
  repository,
  sender,
});
