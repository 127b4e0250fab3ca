import type { Committer, PushEvent, Repository as RepositoryJson, User } from '@octokit/webhooks-types';
import type { Person } from '../../git/commits.ts';
import type { PushedCommit, PushFacts } from '../../git/push-facts.ts';
import { NO_COMMIT, type RefUpdate } from '../../git/ref-update.ts';

/** GitHub's `push` event of one moved ref. */
export function pushEvent(facts: PushFacts, repository: RepositoryJson, sender: User): PushEvent {
  const { update, forced, baseRef, commits, head } = facts;
  const web = repository.html_url;
  return {
    ref: update.ref,
    before: update.before,
    after: update.after,
    created: update.before === NO_COMMIT,
    deleted: update.after === NO_COMMIT,
    forced,
    base_ref: baseRef,
    compare: compareUrl(web, facts),
    commits: commits.map((commit) => pushedCommit(commit, web)),
    head_commit: head && pushedCommit(head, web),
    repository: {
      ...repository,
      // Here alone GitHub counts seconds.
      created_at: seconds(repository.created_at),
      pushed_at: seconds(new Date().toISOString()),
      owner: { ...repository.owner, name: repository.owner.login, email: null },
      master_branch: repository.default_branch,
    },
    pusher: { name: sender.login, email: null },
    sender,
  };
}

const seconds = (time: string | number) => Math.floor(new Date(time).getTime() / 1000);

function compareUrl(web: string, { update, commits }: PushFacts): string {
  if (update.before !== NO_COMMIT) return `${web}/compare/${short(update.before)}...${short(update.after)}`;
  const [only] = commits;
  if (only && commits.length === 1) return `${web}/commit/${only.sha}`;
  return `${web}/compare/${pathOf(update)}`;
}

const short = (sha: string) => sha.slice(0, 12);

const pathOf = ({ name }: RefUpdate) => name.split('/').map(encodeURIComponent).join('/');

const pushedCommit = (
  { sha, tree, files, ...commit }: PushedCommit,
  web: string,
): PushEvent['commits'][number] => ({
  id: sha,
  tree_id: tree,
  distinct: commit.distinct,
  message: commit.message,
  timestamp: commit.committer.date,
  url: `${web}/commit/${sha}`,
  author: committer(commit.author),
  committer: committer(commit.committer),
  added: [...files.added],
  removed: [...files.removed],
  modified: [...files.modified],
});

const committer = ({ name, email, date }: Person): Committer => ({ name, email, date });
