import type { AppRef } from '../../shared/domain/app.ts';
import { addressOf } from './app-of.ts';
import type { Needs } from './needs.ts';
import type { Rights } from './rights.ts';

/**
 * Of what tells of Apps by their address, what somebody may know: that of Apps which they may look at. The rest (of Apps that are
 * gone, or of none) is the administrators'.
 */
export async function seenBy<T>(
  { cluster }: Pick<Needs, 'cluster'>,
  rights: Rights,
  all: readonly T[],
  appOf: (one: T) => string | undefined,
): Promise<readonly T[]> {
  if (rights.isAdmin) return all;
  const seen = await rights.among(await cluster.listApps(), ({ spec }) => spec.repository);
  const addresses = new Set<string | undefined>(seen.map(addressOf));
  return all.filter((one) => appOf(one) !== undefined && addresses.has(appOf(one)));
}

/** For `seenBy`. */
export const byRef = ({ app }: { readonly app: AppRef }) => addressOf(app);
