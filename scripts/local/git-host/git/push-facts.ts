import {
  branchHeads,
  type ChangedFiles,
  type Commit,
  changedFiles,
  commitsBetween,
  findCommit,
  readCommit,
} from './commits.ts';
import { isAncestor } from './comparison.ts';
import { NO_COMMIT, type RefUpdate } from './ref-update.ts';

/** As many commits as GitHub puts into one push event. */
const MOST_COMMITS = 2048;

/** What git knows of one moved ref: all that a push event is written from. */
export interface PushFacts {
  readonly update: RefUpdate;
  readonly forced: boolean;
  /** The branch that a new ref was made from. */
  readonly baseRef: string | null;
  /** Oldest first. */
  readonly commits: readonly PushedCommit[];
  readonly head: PushedCommit | null;
}

export interface PushedCommit extends Commit {
  readonly files: ChangedFiles;
  /** No branch had it before this push. */
  readonly distinct: boolean;
}

/** `push`: all refs that moved with this one: none of them counts as having been there before. */
export async function pushFacts(
  folder: string,
  update: RefUpdate,
  push: readonly RefUpdate[],
): Promise<PushFacts> {
  const created = update.before === NO_COMMIT;
  if (update.after === NO_COMMIT) return { update, forced: false, baseRef: null, commits: [], head: null };
  const headSha = await findCommit(folder, update.after);
  // A tag may be of a file or a folder.
  if (!headSha) return { update, forced: false, baseRef: null, commits: [], head: null };

  const heads = await branchHeads(folder);
  const before = headsBefore(heads, push);
  const base = created ? baseOf(headSha, update.kind === 'tag' ? heads : before) : undefined;
  const commits =
    update.kind === 'tag' ? [] : await newCommits(folder, update, headSha, [...before.values()]);
  const head = commits.at(-1) ?? (await withFiles(folder, [await readCommit(folder, headSha)], new Set()))[0];
  return {
    update,
    forced: !created && !(await contains(folder, headSha, update.before)),
    baseRef: base === undefined ? null : `refs/heads/${base}`,
    commits,
    head: head ?? null,
  };
}

/** A tag may have been of something that has no history. */
async function contains(folder: string, head: string, before: string): Promise<boolean> {
  const commit = await findCommit(folder, before);
  return commit !== undefined && (await isAncestor(folder, commit, head));
}

/** Branches as they stood when the push came. */
function headsBefore(heads: ReadonlyMap<string, string>, push: readonly RefUpdate[]): Map<string, string> {
  const before = new Map(heads);
  for (const update of push) {
    if (update.kind !== 'branch') continue;
    if (update.before === NO_COMMIT) before.delete(update.name);
    else before.set(update.name, update.before);
  }
  return before;
}

const baseOf = (sha: string, heads: ReadonlyMap<string, string>) =>
  [...heads].find(([, head]) => head === sha)?.[0];

/** Of a moved branch what its old head does not have; of a new one what no branch had. */
async function newCommits(
  folder: string,
  { before }: RefUpdate,
  include: string,
  known: readonly string[],
): Promise<PushedCommit[]> {
  const distinct = await commitsBetween(folder, { include: [include], exclude: known }, MOST_COMMITS);
  const commits =
    before === NO_COMMIT
      ? distinct
      : await commitsBetween(folder, { include: [include], exclude: [before] }, MOST_COMMITS);
  return await withFiles(folder, commits, new Set(distinct.map(({ sha }) => sha)));
}

async function withFiles(
  folder: string,
  commits: readonly Commit[],
  distinct: ReadonlySet<string>,
): Promise<PushedCommit[]> {
  const files = await changedFiles(
    folder,
    commits.map(({ sha }) => sha),
  );
  return commits.map((commit) => ({
    ...commit,
    files: files.get(commit.sha) ?? { added: [], removed: [], modified: [] },
    distinct: distinct.has(commit.sha),
  }));
}
