import type { AppRef } from '../../shared/domain/app.ts';
import type { AuditEntry } from '../../shared/domain/audit.ts';
import { addressOf } from './app-of.ts';
import type { Needs } from './needs.ts';
import type { Rights } from './rights.ts';

/**
 * Of what tells of Apps by their address, what somebody may know: that of Apps which they may look at, since these were made. The
 * rest (of Apps that are gone, or of none) is the administrators'.
 */
export async function seenBy<T>(
  { cluster }: Pick<Needs, 'cluster'>,
  rights: Rights,
  all: readonly T[],
  appOf: (one: T) => { readonly address?: string | undefined; readonly at?: string },
): Promise<readonly T[]> {
  if (rights.isAdmin) return all;
  const seen = await rights.among(await cluster.listApps(), ({ spec }) => spec.repository);
  const byAddress = new Map(seen.map((app) => [addressOf(app), app]));
  return all.filter((one) => {
    const { address, at } = appOf(one);
    const app = address === undefined ? undefined : byAddress.get(address);
    return app !== undefined && (at === undefined || Date.parse(at) >= atSecond(app.createdAt));
  });
}

/** Kubernetes knows the second of it alone. */
const atSecond = (time: Date) => Math.floor(time.getTime() / 1000) * 1000;

/** For `seenBy`. */
export const byRef = ({ app }: { readonly app: AppRef }) => ({ address: addressOf(app) });
export const byEntry = ({ app, at }: AuditEntry) => ({ address: app, at });
