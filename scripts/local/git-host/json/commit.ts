import type { StatusEvent } from '@octokit/webhooks-types';
import type { Commit } from '../git/commits.ts';
import type { Repository } from '../repositories.ts';
import { repositoryUrl } from './repository.ts';
import { type Addresses, nodeId } from './user.ts';

/** A commit as the REST API and the status event show it. Authors are names in git: none is a user of the host. */
export function commitJson(
  commit: Commit,
  repository: Repository,
  addresses: Addresses,
): StatusEvent['commit'] {
  const api = repositoryUrl(repository, addresses);
  const web = `${addresses.web}/${repository.owner}/${repository.name}`;
  const url = `${api}/commits/${commit.sha}`;
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null },
    },
    url,
    html_url: `${web}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    author: null,
    committer: null,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/commits/${sha}`,
      html_url: `${web}/commit/${sha}`,
    })),
  };
}
