import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

export interface Entry {
  /** From the root of the tree, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'executable' | 'folder' | 'link';
  /** Hash of the content, or where the link leads. */
  readonly content: string;
}

/** Everything in a folder, by path, as what enters a digest: neither owner nor time nor umask does. */
export async function listTree(root: string): Promise<readonly Entry[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = found.map((entry) => join(entry.parentPath, entry.name)).sort();
  const entries: Entry[] = [];
  for (const path of paths) entries.push(await entryOf(root, path));
  return entries;
}

/** The first symbolic link that leads out of the folder, from its root; undefined: none does. */
export async function escapingLink(root: string): Promise<string | undefined> {
  const real = await realpath(root);
  const found = await readdir(real, { recursive: true, withFileTypes: true });
  for (const entry of found) {
    if (!entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = await readlink(path);
    const leads = await whereItLeads(resolve(dirname(path), target));
    if (isAbsolute(target) || !isInside(real, leads)) return relative(real, path);
  }
  return undefined;
}

/** The first name that is not UTF-8, its other bytes as `\xNN`; undefined: there is none. Node knows no path to it. */
export async function nameNotUtf8(root: string): Promise<string | undefined> {
  const folders = [Buffer.from(root)];
  for (let folder = folders.pop(); folder; folder = folders.pop())
    for (const entry of await readdir(folder, { encoding: 'buffer', withFileTypes: true })) {
      if (!isUtf8(entry.name)) return escaped(entry.name);
      if (entry.isDirectory()) folders.push(Buffer.concat([folder, SLASH, entry.name]));
    }
  return undefined;
}

const SLASH = Buffer.from('/');

const escaped = (name: Buffer) =>
  name
    .toString('latin1')
    .replace(/[^\x20-\x5b\x5d-\x7e]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);

export const isInside = (root: string, path: string) => path === root || path.startsWith(root + sep);

async function entryOf(root: string, path: string): Promise<Entry> {
  const name = relative(root, path).split(sep).join('/');
  const stat = await lstat(path);
  if (stat.isSymbolicLink()) return { path: name, kind: 'link', content: await readlink(path) };
  if (stat.isDirectory()) return { path: name, kind: 'folder', content: '' };
  if (!stat.isFile()) throw new Error(`${JSON.stringify(name)} is neither a file, a folder nor a link`);
  return { path: name, kind: stat.mode & 0o100 ? 'executable' : 'file', content: await hashOf(path) };
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Through every other link on the way; of a path that is not there, its folder decides. */
async function whereItLeads(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await whereItLeads(parent), relative(parent, path));
  }
}
