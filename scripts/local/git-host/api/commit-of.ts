import { findCommit } from '../git/commits.ts';
import type { Repository } from '../repositories.ts';
import { Refusal } from './refusal.ts';

/** SHA of a commit that must be there, given as branch, tag or SHA. */
export async function commitOf({ folder }: Repository, ref: string): Promise<string> {
  const sha = await findCommit(folder, ref);
  if (!sha) throw new Refusal(422, `No commit found for SHA: ${ref}`);
  return sha;
}
