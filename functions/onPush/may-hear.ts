import { mayDeploy } from '../../shared/domain/acceptance.ts';
import type { App } from '../../shared/domain/app.ts';
import type { Needs } from './consider-commit.ts';

/**
 * Whether an App hears of its repository's commits at all. Where its Namespace may not deploy the repository's owner,
 * nothing is opened for it, whatever else is wrong with it: a Change would write its refusal on commits of people who
 * never asked for that App. The App's own condition says why.
 */
export const mayHear = async (
  { cluster }: Pick<Needs, 'cluster'>,
  { namespace, spec }: App,
): Promise<boolean> => mayDeploy(await cluster.namespaceOwners(namespace), spec.repository);
