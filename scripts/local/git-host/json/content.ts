import type { TreeEntry } from '../git/tree.ts';
import type { Repository } from '../repositories.ts';
import { repositoryUrl } from './repository.ts';
import type { Addresses } from './user.ts';

/** A file, folder or submodule at a path, without what is in it. */
export function contentJson(entry: TreeEntry, ref: string, repository: Repository, addresses: Addresses) {
  const api = repositoryUrl(repository, addresses);
  const path = entry.path.split('/').map(encodeURIComponent).join('/');
  const self = `${api}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${api}/git/${entry.type === 'tree' ? 'trees' : 'blobs'}/${entry.sha}`;
  const html = `${addresses.web}/${repository.owner}/${repository.name}/blob/${encodeURIComponent(ref)}/${path}`;
  return {
    type: typeOf(entry),
    size: entry.size,
    name: entry.path.slice(entry.path.lastIndexOf('/') + 1),
    path: entry.path,
    sha: entry.sha,
    url: self,
    git_url: git,
    html_url: html,
    download_url: null,
    _links: { self, git, html },
  };
}

function typeOf({ type, mode }: TreeEntry): 'dir' | 'submodule' | 'symlink' | 'file' {
  if (type === 'tree') return 'dir';
  if (type === 'commit') return 'submodule';
  return mode === '120000' ? 'symlink' : 'file';
}
