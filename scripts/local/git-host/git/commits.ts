import { gitItems } from './git.ts';

export interface Person {
  readonly name: string;
  readonly email: string;
  /** ISO 8601 with the person's own offset. */
  readonly date: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
}

export interface ChangedFiles {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly modified: readonly string[];
}

const SHA_DIGITS = 40;
const FORMAT = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'];

/** SHA of a commit given as branch, tag or SHA (4 digits at least); undefined: there is none. */
export async function findCommit(folder: string, name: string): Promise<string | undefined> {
  if (!isRevision(name)) return undefined;
  const names = [`refs/heads/${name}`, `refs/tags/${name}`];
  if (/^[0-9a-f]{4,40}$/.test(name)) names[name.length === 40 ? 'unshift' : 'push'](name);
  if (name === 'HEAD') names.push(name);
  const found = await gitItems(
    folder,
    ['cat-file', '--batch-check=%(objectname) %(objecttype)'],
    names.map((candidate) => `${candidate}^{commit}\n`).join(''),
  );
  return found.find((line) => / commit$/.test(line) && /^[0-9a-f]{40} /.test(line))?.slice(0, 40);
}

/** Git's rules for ref names; with them none holds what git takes for more than a name (`~1`, `:path`, `@{…}`). */
const isRevision = (name: string) =>
  name.length <= 1024 &&
  !/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$|\.lock(\/|$)|(^|\/)\./.test(name);

/** Branches with their heads. */
export const branchHeads = (folder: string) => listBranches(folder, []);

/** Head of one branch; undefined: there is no such branch. */
export async function branchHead(folder: string, name: string): Promise<string | undefined> {
  if (!isRevision(name)) return undefined;
  return (await listBranches(folder, [], `refs/heads/${name}`)).get(name);
}

/** Those that have a commit, given by its SHA, in their history. */
export const branchesWith = (folder: string, sha: string, most: number) =>
  listBranches(folder, [`--contains=${sha}`, `--count=${most}`]);

async function listBranches(
  folder: string,
  filter: readonly string[],
  pattern = 'refs/heads',
): Promise<Map<string, string>> {
  const format = '--format=%(objectname) %(refname:lstrip=2)';
  const lines = await gitItems(folder, ['for-each-ref', format, ...filter, pattern]);
  return new Map(lines.map((line) => [line.slice(SHA_DIGITS + 1), line.slice(0, SHA_DIGITS)]));
}

/** Commits of a range, oldest first: all that `include` reaches and `exclude` does not, the newest `most` of them. */
export async function commitsBetween(
  folder: string,
  range: { readonly include: readonly string[]; readonly exclude?: Iterable<string> },
  most: number,
): Promise<Commit[]> {
  if (range.include.length === 0) return [];
  const revisions = [...range.include, ...[...(range.exclude ?? [])].map((sha) => `^${sha}`)];
  const fields = await gitItems(
    folder,
    [
      'log',
      '--stdin',
      '-z',
      '--topo-order',
      '--reverse',
      `--max-count=${most}`,
      `--format=${FORMAT.join('%x00')}`,
    ],
    `${revisions.join('\n')}\n`,
  );
  const commits: Commit[] = [];
  for (let at = 0; at < fields.length; at += FORMAT.length)
    commits.push(parseCommit(fields.slice(at, at + FORMAT.length)));
  return commits;
}

/** The commits that were read last, by folder and SHA: one is told of again with each of its statuses. */
const lastRead = new Map<string, Commit>();
const MOST_REMEMBERED = 500;

/** One commit by its SHA. It never changes. */
export async function readCommit(folder: string, sha: string): Promise<Commit> {
  const key = `${folder} ${sha}`;
  const known = lastRead.get(key);
  if (known) return known;
  const [commit] = await commitsBetween(folder, { include: [sha] }, 1);
  if (!commit) throw new Error(`commit ${sha} is not there`);
  if (lastRead.size >= MOST_REMEMBERED) lastRead.clear();
  lastRead.set(key, commit);
  return commit;
}

function parseCommit(fields: readonly string[]): Commit {
  const [sha = '', tree = '', parents = '', name = '', email = '', date = '', ...rest] = fields;
  const [committerName = '', committerEmail = '', committerDate = '', message = ''] = rest;
  return {
    sha,
    tree,
    parents: parents === '' ? [] : parents.split(' '),
    author: { name, email, date },
    committer: { name: committerName, email: committerEmail, date: committerDate },
    message: message.replace(/\n+$/, ''),
  };
}

/** Files that each commit changed against its first parent; a renamed one is removed and added. */
export async function changedFiles(
  folder: string,
  commits: readonly string[],
): Promise<ReadonlyMap<string, ChangedFiles>> {
  const items = await gitItems(
    folder,
    [
      'diff-tree',
      '--stdin',
      '-z',
      '-r',
      '--root',
      '--no-renames',
      '--name-status',
      '--diff-merges=first-parent',
    ],
    commits.map((sha) => `${sha}\n`).join(''),
  );
  const files = new Map(commits.map((sha) => [sha, { added: [], removed: [], modified: [] } as Lists]));
  let current: Lists | undefined;
  // Either a commit's SHA, or a letter and then a path, which may look like anything.
  for (let at = 0; at < items.length; at++) {
    const item = items[at] ?? '';
    if (item.length === SHA_DIGITS) current = files.get(item);
    else current?.[item === 'A' ? 'added' : item === 'D' ? 'removed' : 'modified'].push(items[++at] ?? '');
  }
  return files;
}

type Lists = Record<keyof ChangedFiles, string[]>;
