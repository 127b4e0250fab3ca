import type { App } from '../../shared/domain/app.ts';
import type { Change } from '../../shared/domain/change.ts';
import { abandonBuild } from '../../shared/runtime/abandon-build.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';

/**
 * Where the App says so, the head of its branch ends the builds before it. Only the head may: then every other commit
 * is older, or was forced away.
 */
export async function cancelOlderBuilds(
  ports: Pick<Ports, 'store' | 'cluster' | 'codeHost' | 'events' | 'clock' | 'log'>,
  app: App,
  head: Change,
  log: Logger,
): Promise<void> {
  const open = await ports.store.listChanges({ app: app.uid, open: true });
  const others = open.filter(
    (change) => change.id !== head.id && change.kind === 'push' && change.state === 'building',
  );
  if (others.length === 0) return;
  const branchHead = await ports.codeHost.branchHead(app.spec.repository, app.spec.branch);
  if (branchHead?.sha !== head.commit) return;
  for (const change of others) {
    await ledger(ports).conclude(change, { outcome: 'superseded', by: head.commit });
    if (change.build !== undefined) await abandonBuild(ports, change.build);
    log.info({ change: change.id, by: head.commit }, 'build cancelled: a newer push arrived');
  }
}
