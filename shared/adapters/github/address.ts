import { branchName, repositoryName } from '../../domain/app-spec.ts';
import { InvalidError } from '../../domain/errors.ts';

/*
 * What goes into GitHub's paths. Encoding alone does not do: `..` is left as it is by encoding and taken away by URL
 * parsing, so that removing the collaborator `..` would be removing the repository.
 */

export type Address = { readonly owner: string; readonly repo: string };

/** Owner and name for octokit's path templates. */
export function address(repository: string): Address {
  const [owner, repo] = repository.split('/');
  if (!repositoryName.safeParse(repository).success || !owner || !repo)
    throw new InvalidError('repository', 'is not a name on GitHub', 'Write it as owner/name');
  return { owner, repo };
}

/** Whether it may be a branch or a SHA. What cannot be one is not there: no request is made for it. */
export const isRevision = (text: string) => branchName.safeParse(text).success;

export function commitSha(text: string): string {
  if (!/^[0-9a-f]{40}$/.test(text))
    throw new InvalidError('commit', 'is not a SHA', 'Give all its 40 digits');
  return text;
}

/** A login on GitHub, or on GitHub Enterprise (`name_company`), or of a GitHub App (`name[bot]`). */
export function login(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?$/.test(text))
    throw new InvalidError(
      'user',
      'is not a login on GitHub',
      'Write it as in the address of the profile page',
    );
  return text;
}

/** A path within a repository as GitHub names it, the root as ''. Undefined: no tree can hold it. */
export function treePath(path: string): string | undefined {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') || path.startsWith('/') || path.includes('\0') ? undefined : parts.join('/');
}

/** GitHub's bound for descriptions of statuses and deployments, in characters. */
const MAX_DESCRIPTION = 140;

export function cutDescription(text: string): string {
  const characters = [...text];
  return characters.length <= MAX_DESCRIPTION
    ? text
    : `${characters.slice(0, MAX_DESCRIPTION - 1).join('')}…`;
}
