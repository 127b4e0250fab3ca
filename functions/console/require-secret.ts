import type { AppSpec } from '../../shared/domain/app-spec.ts';
import type { Cluster } from '../../shared/ports/cluster.ts';
import { echo } from './echo.ts';
import { invalid } from './problem.ts';

/** The Secret that a spec names must be there, or every release would fail for the want of it. */
export async function requireSecret(
  cluster: Pick<Cluster, 'namespaceOwners' | 'readSecret'>,
  namespace: string,
  { secret }: Pick<AppSpec, 'secret'>,
): Promise<void> {
  if (secret === undefined) return;
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
