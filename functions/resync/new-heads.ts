import type { App } from '../../shared/domain/app.ts';
import type { Workload } from '../../shared/domain/workload.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { Outage } from './outage.ts';

type Needs = Pick<Ports, 'store' | 'codeHost' | 'clock'>;

/**
 * Apps whose branch's head is known by no Change: its push was lost. A code host that is down stops nothing else, one that
 * is slow is asked no further after `until`.
 */
export async function newHeads(
  ports: Needs,
  apps: readonly App[],
  workloads: readonly Workload[],
  until: Date,
  log: Logger,
): Promise<readonly App[]> {
  const found: App[] = [];
  const outage = new Outage();
  for (const app of apps) {
    if (app.deleting) continue;
    if (ports.clock() > until) {
      log.warn('the code host is slow: other heads are looked at in the next turn');
      return found;
    }
    try {
      if (await isNewHead(ports, app, workloads)) found.push(app);
      outage.answered();
    } catch (err) {
      log.warn({ err, app: `${app.namespace}/${app.name}` }, 'its branch cannot be read');
      if (outage.isSeenIn(err)) return found;
    }
  }
  return found;
}

async function isNewHead(
  { codeHost, store }: Needs,
  app: App,
  workloads: readonly Workload[],
): Promise<boolean> {
  const head = await codeHost.branchHead(app.spec.repository, app.spec.branch);
  if (!head) return false;
  // A release that got its number but no Workload, and whose Change the store lost, is nobody's.
  const isThere = workloads.some(
    ({ app: { namespace, name }, release }) =>
      namespace === app.namespace && name === app.name && release.number === app.lastRelease?.number,
  );
  if (head.sha === app.lastRelease?.commit && isThere) return false;
  const [known] = await store.listChanges({ app: app.uid, commit: head.sha, limit: 1 });
  if (!known) return true;
  if (!known.verdict || !app.lastRelease) return false;
  // Forced back to a commit of before: what was known of that was before the newest release.
  const newest = await store.getChange(app.lastRelease.change);
  return newest !== undefined && known.openedAt < newest.openedAt;
}
