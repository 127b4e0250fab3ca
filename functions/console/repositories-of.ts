import type { Context } from 'hono';
import { HostDeniedError, RetryableError } from '../../shared/domain/errors.ts';
import type { Needs } from './needs.ts';
import type { PageEnv } from './pages/page-env.ts';
import { unseal } from './seal.ts';

/** What whoever has signed in may choose from; none where nobody can, or while GitHub does not tell: a name can be typed. */
export async function repositoriesOf({ signIn }: Needs, c: Context<PageEnv>): Promise<readonly string[]> {
  const grant = c.get('grant');
  if (!grant || !signIn) return [];
  try {
    return (await signIn.repositories(unseal(grant.sealed, grant.secret))) ?? [];
  } catch (err) {
    if (err instanceof RetryableError || err instanceof HostDeniedError) return [];
    throw err;
  }
}
