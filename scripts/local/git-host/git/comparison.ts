import { git, gitAnswer } from './git.ts';

export interface Comparison {
  readonly status: 'identical' | 'ahead' | 'behind' | 'diverged';
  readonly aheadBy: number;
  readonly behindBy: number;
  readonly mergeBase: string;
}

/** How `head` stands to `base`, both SHAs of commits; undefined: their histories have nothing in common. */
export async function compareCommits(
  folder: string,
  base: string,
  head: string,
): Promise<Comparison | undefined> {
  const mergeBase = await gitAnswer(folder, ['merge-base', base, head]);
  if (mergeBase === undefined) return undefined;
  const counts = await git(folder, ['rev-list', '--left-right', '--count', `${base}...${head}`, '--']);
  const [behindBy = 0, aheadBy = 0] = counts.toString().trim().split('\t').map(Number);
  return { status: statusOf(aheadBy, behindBy), aheadBy, behindBy, mergeBase };
}

function statusOf(aheadBy: number, behindBy: number): Comparison['status'] {
  if (aheadBy > 0) return behindBy > 0 ? 'diverged' : 'ahead';
  return behindBy > 0 ? 'behind' : 'identical';
}

/** Whether `commit` is `descendant` or in its history. */
export async function isAncestor(folder: string, commit: string, descendant: string): Promise<boolean> {
  return (await gitAnswer(folder, ['merge-base', '--is-ancestor', commit, descendant])) !== undefined;
}
