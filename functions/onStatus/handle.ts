import type { CloudEvent } from 'cloudevents';
import type { App } from '../../shared/domain/app.ts';
import type { Change } from '../../shared/domain/change.ts';
import { InvalidError } from '../../shared/domain/errors.ts';
import { ownEvent, parseDeliveryEvent, parseOwnEvent } from '../../shared/domain/events.ts';
import type { CommitStatus } from '../../shared/ports/code-host.ts';
import type { Config } from '../../shared/runtime/config.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { releaseImage } from '../../shared/runtime/release-image.ts';
import { decide } from './decide.ts';

type Needs = Pick<Ports, 'store' | 'cluster' | 'codeHost' | 'registry' | 'events' | 'clock' | 'log'> & {
  readonly config: Config<'ALLOWED_REGISTRIES'>;
};

/** A build, a check or a Hold has changed: every Change that may have waited for it is looked at anew. */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (event, log) => {
      const waiting = await waitingChanges(ports, event);
      for (const change of waiting) await consider(ports, change, log);
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
      // Newest first: the older ones then find that they are superseded.
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

async function judge(ports: Needs, delivery: string, waiting: readonly Change[]): Promise<void> {
  const changes = waiting.map((change) => change.id);
  const judgement =
    changes.length > 0 ? { changes } : { skipped: 'no Change waits for a check of this commit' };
  await ports.store.judgeDelivery(delivery, judgement);
}

async function consider(ports: Needs, change: Change, log: Logger): Promise<void> {
  const found = await ports.cluster.getApp(change.app);
  const app = found?.uid === change.app.uid && !found.deleting ? found : undefined;
  const image = await externalImage(ports, app, change);
  const decision =
    'refused' in image
      ? ({ action: 'conclude', verdict: { outcome: 'refused', why: image.refused } } as const)
      : decide({
          change,
          app,
          build: change.build === undefined ? undefined : await ports.store.getBuild(change.build),
          statuses: await namedStatuses(ports, app, change),
          image: image.digest,
          now: ports.clock(),
        });
  log.info({ change: change.id, ...decision }, 'change considered');
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

async function externalImage(
  ports: Needs,
  app: App | undefined,
  change: Change,
): Promise<{ digest: string | undefined } | { refused: string }> {
  if (!app?.spec.image || change.verdict) return { digest: undefined };
  try {
    return { digest: await releaseImage(ports, app, change) };
  } catch (err) {
    if (err instanceof InvalidError) return { refused: err.message };
    throw err;
  }
}

/** An App that names no check costs no question: then the code host may be down. */
async function namedStatuses(
  ports: Needs,
  app: App | undefined,
  change: Change,
): Promise<readonly CommitStatus[]> {
  if (!app || change.verdict || app.spec.checks.length === 0) return [];
  const statuses = await ports.codeHost.statuses(change.repository, change.commit);
  return statuses.filter((status) => app.spec.checks.includes(status.context));
}
