import type { App } from '../../shared/domain/app.ts';
import { InvalidError } from '../../shared/domain/errors.ts';
import { requireAllowedRegistry } from '../../shared/domain/image-reference.ts';
import { isAppName, isReservedNamespace, MAX_NAME, ownerOf } from '../../shared/domain/naming.ts';
import type { Config } from '../../shared/runtime/config.ts';

/** Keeps a deleted App until what was made for it is gone. */
export const FINALIZER = 'cite.dev/cleanup';

/**
 * Why an App may not be deployed where it is (DESIGN §3); undefined: it may. With kubectl anybody with rights in a
 * Namespace can make an App: without this test one tenant could build another's private code.
 */
export function acceptance(
  app: Pick<App, 'namespace' | 'name' | 'spec'>,
  owners: readonly string[] | undefined,
  config: Config<'PLATFORM_NAMESPACE' | 'ALLOWED_REGISTRIES'>,
): { reason: string; message: string } | undefined {
  if (isReservedNamespace(app.namespace, config.PLATFORM_NAMESPACE)) {
    return {
      reason: 'ReservedNamespace',
      message: `Namespace ${app.namespace} is reserved: use the owner's.`,
    };
  }
  if (!isAppName(app.name)) {
    return {
      reason: 'InvalidName',
      message: `metadata.name ${app.name} must be a DNS-1035 label of at most ${MAX_NAME} characters.`,
    };
  }
  const owner = ownerOf(app.spec.repository).toLowerCase();
  if (!owners?.some((allowed) => allowed.toLowerCase() === owner)) {
    return {
      reason: 'RefusedOwner',
      message: `Namespace ${app.namespace} may not deploy repositories of ${owner}: annotate it with cite.dev/owners.`,
    };
  }
  return refusedImage(app, config);
}

function refusedImage({ spec }: Pick<App, 'spec'>, config: Config<'ALLOWED_REGISTRIES'>) {
  try {
    if (spec.image !== undefined) requireAllowedRegistry(spec.image, config.ALLOWED_REGISTRIES);
    return undefined;
  } catch (err) {
    if (err instanceof InvalidError) return { reason: 'RefusedRegistry', message: err.message };
    throw err;
  }
}
