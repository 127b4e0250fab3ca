import type { Repository as RepositoryJson, StatusEvent } from '@octokit/webhooks-types';
import type { Commit } from '../../git/commits.ts';
import { commitJson } from '../../json/commit.ts';
import { repositoryUrl } from '../../json/repository.ts';
import { type Addresses, userJson } from '../../json/user.ts';
import type { Status } from '../../records/statuses.ts';
import type { Repository } from '../../repositories.ts';

export interface StatusFacts {
  readonly status: Status;
  readonly commit: Commit;
  /** Branches that have the commit, with their heads. */
  readonly branches: ReadonlyMap<string, string>;
  readonly repository: Repository;
}

/** GitHub's `status` event. */
export function statusEvent(facts: StatusFacts, json: RepositoryJson, addresses: Addresses): StatusEvent {
  const { status, commit, branches, repository } = facts;
  const url = repositoryUrl(repository, addresses);
  return {
    id: status.id,
    sha: status.sha,
    name: json.full_name,
    avatar_url: null,
    target_url: status.targetUrl,
    context: status.context,
    description: status.description,
    state: status.state,
    commit: commitJson(commit, repository, addresses),
    branches: [...branches].map(([name, sha]) => ({
      name,
      commit: { sha, url: `${url}/commits/${sha}` },
      protected: false,
    })),
    created_at: status.createdAt,
    updated_at: status.createdAt,
    repository: json,
    sender: userJson(status.creator, addresses),
  };
}
