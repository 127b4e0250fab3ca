import type { App } from '../../shared/domain/app.ts';
import type { Delivery } from '../../shared/domain/delivery.ts';
import { DeniedError, InvalidError } from '../../shared/domain/errors.ts';
import type { Push } from '../../shared/domain/push.ts';
import { statusContext } from '../../shared/domain/status-context.ts';
import type { Needs } from './consider-commit.ts';

/** After that time a delivery was sent again, or the code host was slow: only then the commit is looked at. */
const LATE_MS = 60_000;

/** A push's time is in whole seconds: a status of the same second may be from before it. */
const SECOND_MS = 1000;

/**
 * Whether a push was judged before, and the store has lost it: then it has its Release (of which switchSelector opens the
 * Change again), or it comes late and its commit bears our final status from after the push. One from before it tells of
 * an earlier push of that commit.
 */
export async function isJudgedAlready(
  ports: Needs,
  app: App,
  { after, pushedAt }: Push,
  { id, receivedAt }: Delivery,
): Promise<boolean> {
  const change = `${app.uid}/${id}`;
  const isLate = pushedAt !== undefined && Date.parse(receivedAt) - pushedAt.getTime() >= LATE_MS;
  if (!isLate && app.lastRelease?.change !== change) return false;
  if (await ports.store.getChange(change)) return false;
  const workloads = await ports.cluster.listWorkloads(app);
  if (workloads.some(({ release }) => release.change === change)) return true;
  if (!isLate) return false;
  try {
    return await isJudgedOnHost(ports, app, after, new Date(pushedAt.getTime() + SECOND_MS));
  } catch (err) {
    // What may not be asked decides nothing: whatever is wrong with the repository, the Change then says.
    if (err instanceof InvalidError || err instanceof DeniedError) return false;
    throw err;
  }
}

/** Whether the commit bears our final status, and the store knows nothing of it (DESIGN §7). */
export async function isJudgedOnHost(
  { store, codeHost }: Pick<Needs, 'store' | 'codeHost'>,
  app: App,
  commit: string,
  since = new Date(0),
): Promise<boolean> {
  const known = await store.listChanges({ app: app.uid, commit, limit: 1 });
  if (known.length > 0) return false;
  const statuses = await codeHost.statuses(app.spec.repository, commit);
  return statuses.some(
    ({ context, state, at }) => context === statusContext(app) && state !== 'pending' && at >= since,
  );
}
