import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../../shared/domain/change.ts';
import { DeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import { parseOwnEvent } from '../../shared/domain/events.ts';
import { statusContext } from '../../shared/domain/status-context.ts';
import type { CommitStatus, DeploymentReport } from '../../shared/ports/code-host.ts';
import type { Config } from '../../shared/runtime/config.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { appEvent, commitStatus, deploymentReports, isPastTelling } from './decide.ts';
import { deliver } from './deliver.ts';
import { writeNotices } from './write-notices.ts';

type Needs = Pick<
  Ports,
  'store' | 'cluster' | 'codeHost' | 'receivers' | 'events' | 'clock' | 'newId' | 'log'
> & {
  readonly config: Config<'CONSOLE_URL'>;
};

/** Longer than the calls for one message take together. */
const LEASE_MS = 60_000;

/**
 * Tells the code host of a Change's state as it is now, and the App's Events of its verdict: at least once, one by one. What the App's
 * own destinations are to be told is written down, and goes to each by an event of its own.
 */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (event, log) => {
      if (event.type === 'dev.cite.notice.written')
        return deliver(ports, parseOwnEvent(event.type, event.data).notice, log);
      const id = parseOwnEvent('dev.cite.change.updated', event.data).change;
      const message = await ports.store.pendingMessage(id);
      if (!message) return;
      const change = await ports.store.getChange(id);
      if (!change) return ports.store.settleMessage(message);
      // Two at once could tell an older state last, of the commit or of the release that is live.
      const lease = `notify/${change.app.uid}`;
      const owner = ports.newId();
      if (!(await ports.store.takeLease(lease, owner, LEASE_MS)))
        throw new RetryableError('another Change of the App is being told of');
      try {
        await tellAll(ports, id, log);
      } finally {
        await ports.store.returnLease(lease, owner);
      }
    },
);

/** Until nothing newer is in the outbox: a state that came while we told of the one before. */
async function tellAll(ports: Needs, id: string, log: Logger): Promise<void> {
  let told: Told = { statuses: [], reports: [] };
  for (;;) {
    const message = await ports.store.pendingMessage(id);
    const change = await ports.store.getChange(id);
    if (!message || !change) return;
    // First, and whatever comes of it: the code host and all others do not wait for each other.
    const recorded = await record(ports, change, log);
    const missed = (await writeNotices(ports, change, log)) ?? recorded;
    try {
      told = await tell(ports, change, told);
      log.info({ change: id, message: message.id, state: change.state }, 'told');
    } catch (err) {
      // The host will never take it, or nobody lets us: the Change itself still shows its state.
      const isGivenUp = err instanceof DeniedError && isPastTelling(change, ports.clock());
      if (!(err instanceof InvalidError || isGivenUp)) throw err;
      log.warn({ err, change: id }, 'the code host refuses to be told');
    }
    if (missed) throw missed;
    // After a loss of the store another one of this id may be there, at the same revision, and untold.
    if ((await ports.store.getChange(id))?.openedAt !== change.openedAt) continue;
    await ports.store.settleMessage(message);
  }
}

/** Gives why it has to be tried again. Without the right, or room, for Events it is told elsewhere all the same. */
async function record({ cluster }: Needs, change: Change, log: Logger): Promise<RetryableError | undefined> {
  const event = appEvent(change);
  if (!event) return undefined;
  try {
    await cluster.recordEvent(change.app, event);
  } catch (err) {
    if (!(err instanceof RetryableError || err instanceof InvalidError)) throw err;
    if (err instanceof RetryableError && !(err instanceof DeniedError)) return err;
    log.warn({ err, change: change.id }, 'the cluster refuses to record the Event');
  }
  return undefined;
}

/** What was said last: the same again would be one request of GitHub's hour for nothing. */
interface Told {
  readonly statuses: readonly CommitStatus[];
  readonly reports: readonly DeploymentReport[];
}

async function tell(ports: Needs, change: Change, before: Told): Promise<Told> {
  const { store, codeHost, config } = ports;
  const { id, app, repository, commit } = change;
  if (await isToldAlready(ports, change)) return before;
  const statuses = await tellWhatIs(
    before.statuses,
    async () => {
      // Of several Changes of a commit the newest one's state is the commit's.
      const [newest = change] = await store.listChanges({ app: app.uid, commit, limit: 1 });
      return [commitStatus(newest, config.CONSOLE_URL)];
    },
    (status) => codeHost.setStatus(repository, commit, status),
  );
  const reports = await tellWhatIs(
    before.reports,
    async () => {
      const now = (await store.getChange(id)) ?? change;
      return deploymentReports(now, await deployedChanges(ports, now), config.CONSOLE_URL);
    },
    (report) => codeHost.reportDeployment(report),
  );
  return { statuses, reports };
}

/**
 * Until it is still so after it was told. Who stands still between reading and telling, for longer than his lease, tells
 * of the past after another one told what is, and nobody would mend that.
 */
async function tellWhatIs<T>(
  before: readonly T[],
  read: () => Promise<readonly T[]>,
  say: (one: T) => Promise<void>,
): Promise<readonly T[]> {
  let told = before;
  for (let now = await read(); !isDeepStrictEqual(now, told); now = await read()) {
    for (const one of now) await say(one);
    told = now;
  }
  return told;
}

/** Of one that was found again with its verdict the commit may say more already: why it failed, or what came after it. */
async function isToldAlready({ codeHost }: Needs, change: Change): Promise<boolean> {
  if (!change.foundAgain || !change.verdict) return false;
  const statuses = await codeHost.statuses(change.repository, change.commit);
  return statuses.some(({ context, state }) => context === statusContext(change.app) && state !== 'pending');
}

/** Changes of the App that were deployed, the last one first. */
async function deployedChanges({ store }: Needs, { app }: Change): Promise<readonly Change[]> {
  // Asked for alone: however many came to nothing since, the one before is among them.
  const changes = await store.listChanges({ app: app.uid, outcome: 'deployed', limit: 50 });
  return changes.toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
}
