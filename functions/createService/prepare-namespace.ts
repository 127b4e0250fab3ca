import type { App } from '../../shared/domain/app.ts';
import { InvalidError } from '../../shared/domain/errors.ts';
import type { Needs } from './needs.ts';

/** The platform's rights where the App is. Gives what is for somebody to mend first: resync looks again. */
export async function prepareNamespace(
  { cluster }: Needs,
  { namespace }: App,
): Promise<InvalidError | undefined> {
  try {
    await cluster.grantRights(namespace);
    return undefined;
  } catch (err) {
    if (err instanceof InvalidError) return err;
    throw err;
  }
}
