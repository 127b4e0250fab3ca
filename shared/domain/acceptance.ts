import type { App } from './app.ts';
import { InvalidError } from './errors.ts';
import { registryFault } from './image-reference.ts';
import { isAppName, isReservedNamespace, MAX_NAME, ownerOf, PULL_SECRET } from './naming.ts';

/** What the platform's operator has set. */
interface Rules {
  readonly PLATFORM_NAMESPACE: string;
  readonly ALLOWED_REGISTRIES: readonly string[];
}

/** `reason` is that of the condition; the fault says what to do. */
interface Refusal {
  readonly reason: string;
  readonly fault: InvalidError;
}

/**
 * Why an App may not be deployed where it is (DESIGN §3); undefined: it may. With kubectl anybody with rights in a
 * Namespace can make an App: without this test one tenant could build another's private code. It is asked anew before every
 * build and release: a condition that says so may be out of date, or written by hand.
 */
export function decideAcceptance(
  app: Pick<App, 'namespace' | 'name' | 'spec'>,
  owners: readonly string[] | undefined,
  rules: Rules,
): Refusal | undefined {
  const { namespace, name, spec } = app;
  if (isReservedNamespace(namespace, rules.PLATFORM_NAMESPACE)) {
    return refusal('ReservedNamespace', 'metadata.namespace', `${namespace} is reserved`, "Use the owner's.");
  }
  if (!isAppName(name)) {
    const remedy = `Take a DNS-1035 label of at most ${MAX_NAME} characters.`;
    return refusal('InvalidName', 'metadata.name', `${name} can name no Service`, remedy);
  }
  if (!mayDeploy(owners, spec.repository)) {
    const problem = `Namespace ${namespace} may not deploy repositories of ${ownerOf(spec.repository)}`;
    return refusal(
      'RefusedOwner',
      'spec.repository',
      problem,
      'Add the owner to its annotation cite.dev/owners.',
    );
  }
  if (spec.secret === PULL_SECRET) {
    const problem = `${PULL_SECRET} is the password that all pods pull images with`;
    return refusal('ReservedSecret', 'spec.secret', problem, 'Name another Secret.');
  }
  return refusedImage(spec.image, rules.ALLOWED_REGISTRIES);
}

/** Whether a Namespace of these owners may deploy the repository. Of one that it may not, its Apps do not even hear. */
export function mayDeploy(owners: readonly string[] | undefined, repository: string): boolean {
  const owner = ownerOf(repository).toLowerCase();
  return owners?.some((allowed) => allowed.toLowerCase() === owner) ?? false;
}

const refusal = (reason: string, field: string, problem: string, remedy: string): Refusal => ({
  reason,
  fault: new InvalidError(field, problem, remedy),
});

function refusedImage(image: string | undefined, allowed: readonly string[]): Refusal | undefined {
  const fault = image === undefined ? undefined : registryFault(image, allowed);
  return fault && { reason: 'RefusedRegistry', fault };
}
