import { combinedState, type Status } from '../records/statuses.ts';
import type { Repository } from '../repositories.ts';
import { repositoryUrl } from './repository.ts';
import { type Addresses, nodeId, userJson } from './user.ts';

const bareStatusJson = (status: Status, repository: Repository, addresses: Addresses) => ({
  url: `${repositoryUrl(repository, addresses)}/statuses/${status.sha}`,
  avatar_url: null,
  id: status.id,
  node_id: nodeId('Status', status.id),
  state: status.state,
  description: status.description,
  target_url: status.targetUrl,
  context: status.context,
  created_at: status.createdAt,
  updated_at: status.createdAt,
});

export const statusJson = (status: Status, repository: Repository, addresses: Addresses) => ({
  ...bareStatusJson(status, repository, addresses),
  creator: userJson(status.creator, addresses),
});

/** All contexts of a commit in one; `page` is what of them is shown. */
export function combinedStatusJson(
  sha: string,
  current: readonly Status[],
  page: readonly Status[],
  repository: Repository,
  addresses: Addresses,
) {
  const url = repositoryUrl(repository, addresses);
  const { id, owner, name } = repository;
  return {
    state: combinedState(current),
    statuses: page.map((status) => bareStatusJson(status, repository, addresses)),
    sha,
    total_count: current.length,
    repository: { id, name, full_name: `${owner}/${name}`, owner: userJson(owner, addresses), url },
    commit_url: `${url}/commits/${sha}`,
    url: `${url}/commits/${sha}/status`,
  };
}
