import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Where `git push` takes the branch of the checkout that one stands in. */
export interface Source {
  /** Of the remote, with its port. */
  readonly host: string;
  /** `owner/name`, as the code host knows it. */
  readonly repository: string;
  readonly branch: string;
}

/** What git answers in the folder that the command runs in; undefined where it has no answer, or is not there. */
export async function git(...args: readonly string[]): Promise<string | undefined> {
  try {
    return (await promisify(execFile)('git', args)).stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Digits are taken as they are; any other name of a commit is git's. */
export const commitOf = async (text: string): Promise<string | undefined> =>
  /^[0-9a-f]{7,40}$/i.test(text)
    ? text
    : git('rev-parse', '--verify', '--quiet', '--end-of-options', `${text}^{commit}`);

/** The branch that is checked out; undefined: a commit alone is, or this is no checkout. */
export const checkedOut = () => git('symbolic-ref', '--quiet', '--short', 'HEAD');

/** The remote that git pushes a branch to, whether it was ever pushed or not. */
export const pushRemote = (branch: string) =>
  git('for-each-ref', '--format=%(push:remotename)', `refs/heads/${branch}`);

/** A branch that was never pushed goes there under its own name. */
export async function source(): Promise<Source | undefined> {
  const branch = await checkedOut();
  if (branch === undefined) return undefined;
  const ref = await git('for-each-ref', '--format=%(push:remoteref)', `refs/heads/${branch}`);
  const url = await git('remote', 'get-url', '--push', (await pushRemote(branch)) ?? 'origin');
  const repository = url && repositoryOf(url);
  if (!repository) return undefined;
  return { host: hostOf(url), repository, branch: ref?.replace(/^refs\/heads\//, '') ?? branch };
}

/** Without whoever the address names as its user. */
const hostOf = (url: string) =>
  URL.canParse(url) ? new URL(url).host : (/^(?:[^/:@]+@)?([^/:@]+):/.exec(url)?.[1] ?? '');

/**
 * The repository that a remote names: https://host/owner/name.git, ssh://git@host/owner/name or git@host:owner/name.
 * The git host of one machine has it under /git/.
 */
export function repositoryOf(url: string): string | undefined {
  const scp = /^(?:[^/:@]+@)?[^/:@]{2,}:(?!\/\/)(.+)$/.exec(url)?.[1];
  const path = scp ?? (/^(https?|ssh|git):\/\//.test(url) && URL.canParse(url) ? new URL(url).pathname : '');
  const [, owner, name] = /^\/?(?:git\/(?=[^/]+\/[^/]))?([^/]+)\/([^/]+?)(?:\.git)?\/?$/.exec(path) ?? [];
  return owner && name ? `${owner}/${name}` : undefined;
}
