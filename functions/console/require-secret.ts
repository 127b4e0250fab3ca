import type { AppSpec } from '../../shared/domain/app-spec.ts';
import { PULL_SECRET } from '../../shared/domain/naming.ts';
import type { Cluster } from '../../shared/ports/cluster.ts';
import { echo } from './echo.ts';
import { invalid } from './problem.ts';

/** The platform's own: an App would be given its content, and a person could replace it. */
export function refuseReserved(secret: string, field = 'name'): void {
  if (secret === PULL_SECRET)
    throw invalid(field, 'is the password that all pods pull images with', 'Give another name.');
}

/** Releases keep theirs under the name of their Workload: one that took it before would keep the release from starting. */
export function refuseNameOfRelease(secret: string): void {
  if (/-r\d+$/.test(secret)) throw invalid('name', 'ends as the names of releases do', 'Give another name.');
}

/** The Secret that a spec names must be there, or every release would fail for the want of it. */
export async function requireSecret(
  cluster: Pick<Cluster, 'namespaceOwners' | 'readSecret'>,
  namespace: string,
  { secret }: Pick<AppSpec, 'secret'>,
): Promise<void> {
  if (secret === undefined) return;
  refuseReserved(secret, 'secret');
  const problem = `names ${echo(secret)}, which is not in the namespace ${namespace}`;
  const command = `cite secrets set ${namespace}/${secret} KEY=VALUE`;
  // Its first App makes the Namespace: until then nothing can be in it, nor may the console look.
  if (!(await cluster.namespaceOwners(namespace))) {
    const remedy = `The namespace comes with its first App: register without a secret, then ${command}, then set it.`;
    throw invalid('secret', problem, remedy);
  }
  if (await cluster.readSecret(namespace, secret)) return;
  throw invalid('secret', problem, `Make it first: ${command}`);
}
