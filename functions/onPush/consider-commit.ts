import type { App } from '../../shared/domain/app.ts';
import { buildKey } from '../../shared/domain/build.ts';
import { type Change, changeOf, endedWith, type NewChange } from '../../shared/domain/change.ts';
import { ConflictError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import { ownEvent } from '../../shared/domain/events.ts';
import type { Config } from '../../shared/runtime/config.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { orderFacts } from '../../shared/runtime/order-facts.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { requireAccepted } from '../../shared/runtime/require-accepted.ts';
import { sayingWhyItWaits } from '../../shared/runtime/saying-why-it-waits.ts';
import { cancelOlderBuilds } from './cancel-older-builds.ts';
import { decide, type PushDecision } from './decide.ts';
import { requestBuild } from './request-build.ts';

export type Needs = Pick<Ports, 'store' | 'cluster' | 'codeHost' | 'events' | 'clock' | 'log'> & {
  readonly config: Config<'PLATFORM_NAMESPACE' | 'ALLOWED_REGISTRIES'>;
};

/** What brought a commit up: its id makes the Change's, so that the same cause is the same Change. */
export interface Cause {
  readonly id: string;
  readonly commit: string;
  readonly message: string;
  readonly author: string;
  readonly by?: string | undefined;
  readonly redoes?: string;
  readonly base?: string;
  readonly retry?: boolean;
  /** When the code host told of it. */
  readonly at?: string;
}

/** How long the code host's branches may lag behind its webhooks; after that a head that is older was forced back. */
const LAG_MS = 60_000;

const isFresh = ({ at }: Cause, now: Date) => at !== undefined && now.getTime() - Date.parse(at) < LAG_MS;

/** Opens the Change of a commit for an App and gets its image on the way; gives the Change, with its verdict if it has one. */
export async function considerCommit(ports: Needs, app: App, cause: Cause, log: Logger): Promise<Change> {
  const { spec } = app;
  const key = spec.image === undefined ? buildKey(spec.repository, cause.commit, spec.build) : undefined;
  const decision = await decideOrRefuse(ports, app, cause, key);
  log.info({ app: `${app.namespace}/${app.name}`, commit: cause.commit, ...decision }, 'push decided');
  const known = decision.action === 'conclude' ? await ofItsRelease(ports, app, cause) : undefined;
  if (known) return known;
  const { change } = await ledger(ports).open(newChange(app, cause, key, decision));
  // From here on by the Change as it is stored: another cause may have opened it.
  if (change.verdict) return change;
  if (change.build === undefined) {
    await ports.events.emit(ownEvent('dev.cite.change.found', { change: change.id }));
  } else if (change.state === 'building') {
    const anew = decision.action === 'build';
    await sayingWhyItWaits(ports, [change], () => requestBuild(ports, app, change, anew));
  }
  // Last: it only saves work.
  if (spec.cancelSupersededBuilds) await cancelOlderBuilds(ports, app, change, log);
  return change;
}

/**
 * The Change of a release that is there: it is not opened with a verdict, or a store that is lost just now would have it end
 * what runs. ConflictError where that has happened: who looks again finds that it was judged.
 */
async function ofItsRelease({ store, cluster }: Needs, app: App, cause: Cause): Promise<Change | undefined> {
  const id = `${app.uid}/${cause.id}`;
  const last = (await cluster.getApp(app))?.lastRelease;
  if (last?.change !== id || !(await cluster.getWorkload(app, last.number))) return undefined;
  const change = await store.getChange(id);
  if (!change) throw new ConflictError(`the store has lost the Change of r${last.number} meanwhile`);
  return change;
}

async function decideOrRefuse(
  ports: Needs,
  app: App,
  cause: Cause,
  key: string | undefined,
): Promise<PushDecision> {
  const { commit, message } = cause;
  try {
    await requireAccepted(ports, app);
    const order = await orderFacts(ports, {
      repository: app.spec.repository,
      branch: app.spec.branch,
      candidate: commit,
      latest: app.lastRelease?.commit,
      base: cause.base,
      clones: true,
    });
    if (order.headInCandidate && isFresh(cause, ports.clock())) {
      throw new RetryableError('the code host does not show the push on its branch yet');
    }
    const build = key === undefined ? undefined : await ports.store.getBuild(key);
    const last = app.lastRelease?.commit === commit ? app.lastRelease.number : undefined;
    const workload = last === undefined ? undefined : await ports.cluster.getWorkload(app, last);
    const lastCameToNothing = last !== undefined && (!workload || workload.outcome === 'failed');
    return decide({ app, commit, message, order, build, lastCameToNothing, retry: cause.retry ?? false });
  } catch (err) {
    // It may not be deployed, or the code host will not let us look: no retry mends that, a person has to.
    if (err instanceof InvalidError) {
      return { action: 'conclude', verdict: { outcome: 'refused', why: err.message } };
    }
    throw err;
  }
}

function newChange(app: App, cause: Cause, key: string | undefined, decision: PushDecision): NewChange {
  const { id, commit, message: title, author, by, redoes, base } = cause;
  const change = {
    ...changeOf(app, { id, kind: 'push', commit, title, author, by, redoes }),
    ...(base === undefined ? {} : { base }),
  };
  switch (decision.action) {
    case 'conclude':
      return { ...change, ...endedWith(decision.verdict) };
    case 'await image':
      return { ...change, state: 'waiting for checks', reason: decision.reason };
    case 'build':
    case 'reuse':
      return {
        ...change,
        ...(key === undefined ? {} : { build: key }),
        state: 'building',
        reason: decision.reason,
      };
  }
}
