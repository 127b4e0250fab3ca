import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { repositoryName } from '../../../shared/domain/app-spec.ts';
import { git, gitAnswer, gitItems } from './git/git.ts';
import { timestamp } from './records/records.ts';

export interface Repository {
  readonly id: number;
  /** As it was first written; found in any case, as on GitHub. */
  readonly owner: string;
  readonly name: string;
  /** The bare repository. */
  readonly folder: string;
  readonly createdAt: string;
}

export interface Repositories {
  find(owner: string, name: string): Repository | undefined;
  /** Finds it, or makes it empty; undefined where the name is none. */
  make(owner: string, name: string): Promise<Repository | undefined>;
  /** Finds it, or gives an empty one in its place to be shown to who may push: nothing is made of it. */
  standIn(owner: string, name: string): Promise<Pick<Repository, 'folder'> | undefined>;
}

export function repositories(root: string, records: DatabaseSync): Repositories {
  const select = records.prepare('select * from repositories where owner = ? and name = ?');
  const insert = records.prepare(
    'insert into repositories (owner, name, created_at) values (?, ?, ?) on conflict do nothing',
  );
  const beingMade = new Map<string, Promise<unknown>>();

  // Lower-cased: GitHub's names are the same in every case, those of a disk need not be.
  const folderOf = (owner: string, name: string) =>
    join(root, owner.toLowerCase(), `${name.toLowerCase()}.git`);

  /** Two `git init` in one folder trip over each other's lock. */
  const initialised = async (folder: string): Promise<void> => {
    const made =
      beingMade.get(folder) ?? (existsSync(join(folder, 'HEAD')) ? Promise.resolve() : initialise(folder));
    beingMade.set(folder, made);
    try {
      await made;
    } finally {
      beingMade.delete(folder);
    }
  };

  const find = (owner: string, name: string): Repository | undefined => {
    if (!isName(owner, name)) return undefined;
    const folder = folderOf(owner, name);
    if (!existsSync(join(folder, 'HEAD'))) return undefined;
    let row = select.get(owner, name) as Row | undefined;
    if (!row) {
      insert.run(owner, name, timestamp());
      row = select.get(owner, name) as unknown as Row;
    }
    return { id: row.id, owner: row.owner, name: row.name, createdAt: row.created_at, folder };
  };

  return {
    find,
    async make(owner, name) {
      if (!isName(owner, name)) return undefined;
      await initialised(folderOf(owner, name));
      return find(owner, name);
    },
    async standIn(owner, name) {
      const found = find(owner, name);
      if (found || !isName(owner, name)) return found;
      const folder = join(root, '.empty.git');
      await initialised(folder);
      return { folder };
    },
  };
}

interface Row {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly created_at: string;
}

/** Beside what GitHub refuses: names of dots alone, and those that a program could take for an option. */
const isName = (owner: string, name: string) =>
  repositoryName.safeParse(`${owner}/${name}`).success &&
  !/^-|^[.]+$/.test(name) &&
  !name.toLowerCase().endsWith('.git');

async function initialise(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await git(folder, ['init', '--quiet', '--bare', '--template=', '--initial-branch=main']);
}

/** By folder: every event and answer tells it, and a process of git costs more than all the rest of them. */
const defaultBranches = new Map<string, string>();

/** The branch that HEAD names, there or not. Nothing but settleDefaultBranch changes it. */
export async function defaultBranch(folder: string): Promise<string> {
  const known = defaultBranches.get(folder);
  if (known !== undefined) return known;
  const [ref = ''] = await gitItems(folder, ['symbolic-ref', 'HEAD']);
  const branch = ref.replace(/^refs\/heads\//, '');
  defaultBranches.set(folder, branch);
  return branch;
}

/** Makes the first branch that was pushed the default one, as GitHub does; `main` or `master` where it is among them. */
export async function settleDefaultBranch(folder: string, pushed: readonly string[]): Promise<void> {
  const [first] = pushed;
  if (!first || (await gitAnswer(folder, ['rev-parse', '--verify', '--quiet', 'HEAD']))) return;
  const branch = ['main', 'master'].find((name) => pushed.includes(name)) ?? first;
  await git(folder, ['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
  defaultBranches.delete(folder);
}
