import { decideAcceptance } from '../../shared/domain/acceptance.ts';
import type { App } from '../../shared/domain/app.ts';
import type { Needs } from './consider-commit.ts';

/**
 * Whether an App hears of its repository's commits at all. Where its Namespace may not deploy the repository's owner,
 * nothing is opened for it: a Change would write its refusal on commits of people who never asked for that App. The
 * App's own condition says why.
 */
export async function mayHear({ cluster, config }: Needs, app: App): Promise<boolean> {
  const refused = decideAcceptance(app, await cluster.namespaceOwners(app.namespace), config);
  return refused?.reason !== 'RefusedOwner';
}
