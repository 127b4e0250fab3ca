import { repositoryJson } from '../json/repository.ts';
import type { Addresses } from '../json/user.ts';
import type { Collaborators } from '../records/collaborators.ts';
import type { Deployments } from '../records/deployments.ts';
import type { Hooks } from '../records/hooks.ts';
import type { Statuses } from '../records/statuses.ts';
import { defaultBranch, type Repositories, type Repository } from '../repositories.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';

/** All that the REST API works on. */
export interface Host {
  readonly repositories: Repositories;
  readonly hooks: Hooks;
  readonly webhooks: Webhooks;
  readonly statuses: Statuses;
  readonly deployments: Deployments;
  readonly collaborators: Collaborators;
  readonly addresses: () => Addresses;
}

/** A repository as GitHub shows it. */
export async function describe(repository: Repository, addresses: Addresses) {
  return repositoryJson(repository, await defaultBranch(repository.folder), addresses);
}
