import { mayDeploy } from '../../shared/domain/acceptance.ts';
import { namespaceOf, ownerOf } from '../../shared/domain/naming.ts';
import { includes } from '../../shared/domain/right.ts';
import { echo } from './echo.ts';
import type { Needs } from './needs.ts';
import { refusal } from './problem.ts';
import type { Rights } from './rights.ts';

interface Wish {
  readonly repository: string;
  readonly namespace?: string | undefined;
}

/**
 * Whether whoever asks may make an App of the repository in the Namespace: they push to it, and an administrator has let its
 * owner in, by a Namespace or by REPOSITORY_OWNERS. Everybody administers some repository on GitHub: without the second
 * the cluster would be everybody's. A Namespace of another name is made by administrators alone. Throws the refusal.
 */
export async function requireMayRegister(
  { cluster, config }: Pick<Needs, 'cluster' | 'config'>,
  rights: Rights,
  { repository, namespace }: Wish,
): Promise<void> {
  if (rights.isAdmin) return;
  const right = await rights.on(repository);
  if (!includes(right, 'read'))
    throw refusal(404, `${echo(repository)} is not on the code host, or you may not see it there.`);
  if (!includes(right, 'write'))
    throw refusal(
      403,
      `To register it you need write access to ${repository} on GitHub (or a token that may write). Ask whoever administers it.`,
    );
  const owner = ownerOf(repository);
  const chosen = namespace ?? namespaceOf(owner);
  const owners = await cluster.namespaceOwners(chosen);
  if (owners ? mayDeploy(owners, repository) : chosen === namespaceOf(owner) && isLetIn(owner, config))
    return;
  throw refusal(
    403,
    `The Namespace ${echo(chosen)} is not one for repositories of ${owner}. Use another, or let an administrator make it, or name ${owner} in REPOSITORY_OWNERS.`,
  );
}

const isLetIn = (owner: string, { REPOSITORY_OWNERS = [] }: Needs['config']) =>
  REPOSITORY_OWNERS.some((one) => one.toLowerCase() === owner.toLowerCase());
