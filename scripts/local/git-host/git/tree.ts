import { git, gitItems } from './git.ts';

/** What stands at a path of a commit. */
export interface TreeEntry {
  /** Whole path; of an entry of a listed tree its name alone. */
  readonly path: string;
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly sha: string;
  readonly size: number;
}

/** The entry at a path; undefined: nothing is there. The root is the path ''. */
export async function entryAt(folder: string, commit: string, path: string): Promise<TreeEntry | undefined> {
  if (path === '') return { path, mode: '040000', type: 'tree', sha: `${commit}^{tree}`, size: 0 };
  if (path.includes('\0') || path.split('/').some((part) => part === '' || part === '.' || part === '..'))
    return undefined;
  const [entry] = await gitItems(folder, ['ls-tree', '-z', '-l', commit, '--', path]);
  return entry === undefined ? undefined : parseEntry(entry);
}

export async function entriesOf(folder: string, tree: string): Promise<TreeEntry[]> {
  return (await gitItems(folder, ['ls-tree', '-z', '-l', tree])).map(parseEntry);
}

export const readBlob = (folder: string, sha: string) => git(folder, ['cat-file', 'blob', sha]);

/** `<mode> <type> <sha> <size or ->\t<path>` */
function parseEntry(line: string): TreeEntry {
  const tab = line.indexOf('\t');
  const [mode = '', type, sha = '', size] = line.slice(0, tab).split(/ +/);
  return {
    path: line.slice(tab + 1),
    mode,
    type: type === 'blob' || type === 'tree' ? type : 'commit',
    sha,
    size: Number(size) || 0,
  };
}
