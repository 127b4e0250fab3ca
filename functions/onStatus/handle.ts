import type { CloudEvent } from 'cloudevents';
import type { App } from '../../shared/domain/app.ts';
import type { Change } from '../../shared/domain/change.ts';
import { HostDeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import { ownEvent, parseDeliveryEvent, parseOwnEvent } from '../../shared/domain/events.ts';
import { appOfChange } from '../../shared/runtime/app-of-change.ts';
import type { Config } from '../../shared/runtime/config.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { releaseImage } from '../../shared/runtime/release-image.ts';
import { sayingWhyItWaits } from '../../shared/runtime/saying-why-it-waits.ts';
import { asksForChecks, type Checks, decide, type StatusDecision } from './decide.ts';
import { type Considered, newestOnly } from './newest-only.ts';

type Needs = Pick<Ports, 'store' | 'cluster' | 'codeHost' | 'registry' | 'events' | 'clock' | 'log'> & {
  readonly config: Config<'ALLOWED_REGISTRIES'>;
};

/** A build, a check or a Hold has changed: every Change that may have waited for it is looked at anew. */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (event, log) => {
      const waiting = await waitingChanges(ports, event);
      const considered: Considered[] = [];
      const missed: unknown[] = [];
      const isRound = event.type === 'dev.cite.change.found';
      for (const change of waiting) {
        try {
          const decision = await sayingWhyItWaits(ports, [change], () => consider(ports, change, isRound));
          considered.push({ change, decision });
        } catch (err) {
          missed.push(err);
        }
      }
      const lifted = event.type === 'dev.cite.hold.lifted';
      // Which one is the newest is known of all or not at all.
      if (lifted && missed.length > 0) throw liftAgain(mostUrgent(missed));
      const chosen = lifted ? await newestOnly(ports, considered).catch(throwLiftAgain) : considered;
      for (const { change, decision } of chosen) {
        log.info({ change: change.id, ...decision }, 'change considered');
        await carryOut(ports, change, decision).catch((err) => missed.push(err));
      }
      // What one App asks of a code host that is down stops no other App of the build.
      if (missed.length > 0) throw mostUrgent(missed);
      if (event.type.startsWith('com.github.')) await judge(ports, parseDeliveryEvent(event.data), waiting);
    },
);

async function waitingChanges(ports: Needs, event: CloudEvent<unknown>): Promise<readonly Change[]> {
  const { store } = ports;
  switch (event.type) {
    case 'dev.cite.build.finished':
      return store.listChanges({
        build: parseOwnEvent('dev.cite.build.finished', event.data).build,
        open: true,
      });
    case 'dev.cite.change.found': {
      const change = await store.getChange(parseOwnEvent('dev.cite.change.found', event.data).change);
      return change ? [change] : [];
    }
    case 'dev.cite.hold.lifted': {
      const app = await ports.cluster.getApp(parseOwnEvent('dev.cite.hold.lifted', event.data));
      return app ? store.listChanges({ app: app.uid, open: true }) : [];
    }
    default: {
      const delivery = await store.getDelivery(parseDeliveryEvent(event.data));
      if (!delivery?.commit || delivery.judgement) return [];
      // GitHub writes a repository's name its own way, a user as they like.
      const named = delivery.repository.toLowerCase();
      const changes = await store.listChanges({ commit: delivery.commit, open: true });
      return changes.filter((change) => change.repository.toLowerCase() === named);
    }
  }
}

/** The one that the broker tries again soonest. */
const mostUrgent = (errors: readonly unknown[]): unknown =>
  errors.find((err) => !(err instanceof HostDeniedError)) ?? errors[0];

/** That the newest alone goes on, this event alone knows: the broker has to try it again, though the code host denies it. */
const liftAgain = (err: unknown): unknown =>
  err instanceof HostDeniedError ? new RetryableError(err.message, { cause: err }) : err;
const throwLiftAgain = (err: unknown): never => {
  throw liftAgain(err);
};

async function judge(ports: Needs, delivery: string, waiting: readonly Change[]): Promise<void> {
  const changes = waiting.map((change) => change.id);
  const judgement =
    changes.length > 0 ? { changes } : { skipped: 'no Change waits for a check of this commit' };
  await ports.store.judgeDelivery(delivery, judgement);
}

/** What no retry mends (a repository that is gone, a registry that is not allowed) ends the Change, with the remedy. */
async function consider(ports: Needs, change: Change, isRound: boolean): Promise<StatusDecision> {
  try {
    const app = await appOfChange(ports, change);
    const asks = app !== undefined && asksForChecks(change, app, isRound);
    return decide({
      change,
      app,
      build: change.build === undefined ? undefined : await ports.store.getBuild(change.build),
      checks: asks ? await namedChecks(ports, app, change) : undefined,
      now: ports.clock(),
    });
  } catch (err) {
    if (!(err instanceof InvalidError)) throw err;
    // What is on its way, or a person's, goes on once the App can be read again: its end is switchSelector's to tell.
    if (!isWaiting(change)) return { action: 'nothing', reason: err.message };
    return { action: 'conclude', verdict: { outcome: 'refused', why: err.message } };
  }
}

const isWaiting = ({ kind, state }: Change) =>
  kind !== 'rollback' && ['building', 'waiting for checks', 'held'].includes(state);

async function carryOut(ports: Needs, change: Change, decision: StatusDecision): Promise<void> {
  const { advance, conclude } = ledger(ports);
  switch (decision.action) {
    case 'nothing':
      return;
    case 'conclude':
      await conclude(change, decision.verdict);
      return;
    case 'wait':
      await advance(change, decision);
      return;
    case 'release':
      await advance(change, { state: 'starting', reason: decision.reason });
      return ports.events.emit(ownEvent('dev.cite.release.requested', { change: change.id }));
    case 'resume': {
      await advance(change, { state: 'starting', reason: decision.reason });
      const { namespace, name } = change.app;
      return ports.events.emit(ownEvent('dev.cite.workload.found', { namespace, name }));
    }
  }
}

/** An App that names no check costs no question: then the code host may be down. */
async function namedChecks(ports: Needs, app: App, change: Change): Promise<Checks> {
  const { checks, image } = app.spec;
  const statuses = checks.length === 0 ? [] : await ports.codeHost.statuses(change.repository, change.commit);
  return {
    statuses: statuses.filter((status) => checks.includes(status.context)),
    image: image === undefined ? undefined : await releaseImage(ports, app, change),
  };
}
