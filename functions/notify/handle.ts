import type { Change } from '../../shared/domain/change.ts';
import { InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import { parseOwnEvent } from '../../shared/domain/events.ts';
import type { Config } from '../../shared/runtime/config.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { commitStatus, deploymentReport, inactiveReport } from './decide.ts';

type Needs = Pick<Ports, 'store' | 'codeHost' | 'clock' | 'newId' | 'log'> & {
  readonly config: Config<'CONSOLE_URL'>;
};

/** Longer than the calls for one message take together. */
const LEASE_MS = 60_000;

/** Tells the code host of a Change's state as it is now: at least once, one commit at a time. */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (event, log) => {
      const id = parseOwnEvent('dev.cite.change.updated', event.data).change;
      const change = await ports.store.getChange(id);
      if (!change || !(await ports.store.pendingMessage(id))) return;
      // Two at once could tell an older state last.
      const lease = `notify/${change.repository}/${change.commit}`;
      const owner = ports.newId();
      if (!(await ports.store.takeLease(lease, owner, LEASE_MS)))
        throw new RetryableError('the commit is being told of');
      try {
        await tellAll(ports, id, log);
      } finally {
        await ports.store.returnLease(lease, owner);
      }
    },
);

/** Until nothing newer is in the outbox: a state that came while we told of the one before. */
async function tellAll(ports: Needs, id: string, log: Logger): Promise<void> {
  for (;;) {
    const message = await ports.store.pendingMessage(id);
    const change = await ports.store.getChange(id);
    if (!message || !change) return;
    try {
      await tell(ports, change);
      log.info({ change: id, message: message.id, state: change.state }, 'told');
    } catch (err) {
      // The host will never take it: the Change itself still shows its state.
      if (!(err instanceof InvalidError)) throw err;
      log.warn({ err, change: id }, 'the code host refuses to be told');
    }
    await ports.store.settleMessage(message);
  }
}

async function tell({ codeHost, store, config }: Needs, change: Change): Promise<void> {
  await codeHost.setStatus(change.repository, change.commit, commitStatus(change, config.CONSOLE_URL));
  const report = deploymentReport(change, config.CONSOLE_URL);
  if (!report) return;
  await codeHost.reportDeployment(report);
  if (change.verdict?.outcome !== 'deployed') return;
  const before = await deployedBefore(store, change);
  const inactive = before && inactiveReport(before, change.verdict.release);
  if (inactive) await codeHost.reportDeployment(inactive);
}

async function deployedBefore(store: Needs['store'], change: Change): Promise<Change | undefined> {
  const changes = await store.listChanges({ app: change.app.uid, limit: 50 });
  return changes
    .filter((other) => other.verdict?.outcome === 'deployed' && other.updatedAt < change.updatedAt)
    .toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))[0];
}
