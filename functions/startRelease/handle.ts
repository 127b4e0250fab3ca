import type { App } from '../../shared/domain/app.ts';
import type { Change } from '../../shared/domain/change.ts';
import { ConflictError, InvalidError } from '../../shared/domain/errors.ts';
import { parseOwnEvent } from '../../shared/domain/events.ts';
import type { Release } from '../../shared/domain/release.ts';
import { podSettings, secretHash, specHash } from '../../shared/domain/release.ts';
import { appOfChange } from '../../shared/runtime/app-of-change.ts';
import type { Config } from '../../shared/runtime/config.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { orderFacts } from '../../shared/runtime/order-facts.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { releaseImage } from '../../shared/runtime/release-image.ts';
import { requireAccepted } from '../../shared/runtime/require-accepted.ts';
import { sayingWhyItWaits } from '../../shared/runtime/saying-why-it-waits.ts';
import { decide } from './decide.ts';

type Needs = Pick<Ports, 'store' | 'cluster' | 'codeHost' | 'registry' | 'events' | 'clock' | 'log'> & {
  readonly config: Config<'PLATFORM_NAMESPACE' | 'ALLOWED_REGISTRIES'>;
};
type Secret = Readonly<Record<string, string>>;

/** Gives a Change its Release and makes what runs it, beside the running one. */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (event, log) => {
      const id = parseOwnEvent('dev.cite.release.requested', event.data).change;
      const change = await ports.store.getChange(id);
      if (!change) return log.warn({ change: id }, 'the store lost it: resync looks at the branch');
      if (change.verdict) return log.info({ change: id }, 'it has its verdict');
      await release(ports, change, log);
    },
);

/** What no retry mends (an App that is not accepted, a spec that the cluster refuses) ends the Change, with the remedy. */
async function release(ports: Needs, change: Change, log: Logger): Promise<void> {
  try {
    await sayingWhyItWaits(ports, [change], () => tryRelease(ports, change, log));
  } catch (err) {
    if (!(err instanceof InvalidError)) throw err;
    log.warn({ err, change: change.id }, 'release refused');
    await ledger(ports).conclude(change, { outcome: 'refused', why: err.message });
  }
}

async function tryRelease(ports: Needs, change: Change, log: Logger): Promise<void> {
  const app = await appOfChange(ports, change);
  if (app) await requireAccepted(ports, app);
  const secret = app ? await secretOf(ports, app) : undefined;
  const workloads = app ? await ports.cluster.listWorkloads(app) : [];
  const decision = decide({
    change,
    app,
    order: await orderFacts(ports, {
      repository: change.repository,
      // The branch that the App follows now: it may be another one than when the Change was opened.
      branch: app?.spec.branch ?? change.branch,
      candidate: change.commit,
      latest: app?.lastRelease?.commit,
      base: change.base,
    }),
    image: app ? await releaseImage(ports, app, change) : undefined,
    hashes: app && secret ? hashesOf(app, secret) : undefined,
    given: workloads.find((workload) => workload.release.change === change.id)?.release,
    highest: Math.max(0, ...workloads.map((workload) => workload.release.number)),
    now: ports.clock(),
  });
  log.info({ change: change.id, ...decision }, 'release decided');
  const { advance, conclude } = ledger(ports);
  if (decision.action === 'hold') await advance(change, { state: 'held', reason: decision.reason });
  if (decision.action === 'conclude') {
    if (app) await requireNotMade(ports, app, change);
    await conclude(change, decision.verdict);
  }
  if (decision.action !== 'start' || !app) return;
  await start(ports, app, decision.release, secret ?? {});
  const { number } = decision.release;
  await advance(change, { state: 'starting', reason: `r${number} starts`, release: number });
}

const hashesOf = (app: App, secret: Secret) => ({
  specHash: specHash(app.spec, secret),
  secretHash: secretHash(app.uid, secret),
});

/** Another instance may have given it its Release while the code host was asked: that is switchSelector's to end. */
async function requireNotMade({ cluster }: Needs, app: App, change: Change): Promise<void> {
  const last = (await cluster.getApp(app))?.lastRelease;
  const isNumbered = last?.change === change.id && app.lastRelease?.change !== change.id;
  const isMade = (await cluster.listWorkloads(app)).some(({ release }) => release.change === change.id);
  if (isNumbered || isMade) throw new ConflictError(`a release was made of ${change.id} meanwhile`);
}

/**
 * The number is written, in one compare-and-set with the App as read, before the Workload is made (DESIGN §6). Where the
 * Release before it never got its Workload, its Change ends here: it can no longer get that number.
 */
async function start(ports: Needs, app: App, release: Release, secret: Secret): Promise<void> {
  const last = app.lastRelease;
  if (last && last.number < release.number) await endUnstarted(ports, app, last, release);
  if (!last || last.number < release.number || isRevised(last, release)) {
    await ports.cluster.updateApp(app, { lastRelease: release });
  }
  await ports.cluster.createWorkload({
    app: { namespace: app.namespace, name: app.name, uid: app.uid },
    release,
    replicas: app.spec.replicas,
    pod: podSettings(app.spec),
    secret,
  });
}

/** Numbered before its Workload was there, and the App has changed since. */
const isRevised = (last: Release, release: Release) =>
  last.number === release.number && (last.specHash !== release.specHash || last.image !== release.image);

async function endUnstarted(ports: Needs, app: App, last: Release, next: Release): Promise<void> {
  if (await ports.cluster.getWorkload(app, last.number)) return;
  const change = await ports.store.getChange(last.change);
  if (change) await ledger(ports).conclude(change, { outcome: 'superseded', by: `r${next.number}` });
}

async function secretOf(ports: Needs, app: App): Promise<Secret | undefined> {
  return app.spec.secret === undefined ? {} : ports.cluster.readSecret(app.namespace, app.spec.secret);
}
