import type { App } from '../../shared/domain/app.ts';
import { buildKey } from '../../shared/domain/build.ts';
import type { Change, NewChange } from '../../shared/domain/change.ts';
import { ownEvent } from '../../shared/domain/events.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { orderFacts } from '../../shared/runtime/order-facts.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { cancelOlderBuilds } from './cancel-older-builds.ts';
import { decide, type PushDecision } from './decide.ts';
import { requestBuild } from './request-build.ts';

export type Needs = Pick<Ports, 'store' | 'cluster' | 'codeHost' | 'events' | 'clock' | 'log'>;

/** What brought a commit up: its id makes the Change's, so that the same cause is the same Change. */
export interface Cause {
  readonly id: string;
  readonly commit: string;
  readonly message: string;
  readonly author: string;
  readonly base?: string;
  readonly retry?: boolean;
}

/** Opens the Change of a commit for an App and gets its image on the way; gives the Change, with its verdict if it has one. */
export async function considerCommit(ports: Needs, app: App, cause: Cause, log: Logger): Promise<Change> {
  const { spec } = app;
  const key = spec.image === undefined ? buildKey(spec.repository, cause.commit, spec.build) : undefined;
  const order = await orderFacts(ports, {
    repository: spec.repository,
    branch: spec.branch,
    candidate: cause.commit,
    latest: app.lastRelease?.commit,
    base: cause.base,
  });
  const build = key === undefined ? undefined : await ports.store.getBuild(key);
  const retry = cause.retry ?? false;
  const decision = decide({ app, commit: cause.commit, message: cause.message, order, build, retry });
  log.info({ app: `${app.namespace}/${app.name}`, commit: cause.commit, ...decision }, 'push decided');

  const { change } = await ledger(ports).open(newChange(app, cause, key, decision));
  if (change.verdict || decision.action === 'supersede' || decision.action === 'skip') return change;
  if (cause.commit === order.head && spec.cancelSupersededBuilds)
    await cancelOlderBuilds(ports, app, change, log);
  // From here on by the Change as it is stored: another cause may have opened it.
  if (change.build === undefined) {
    await ports.events.emit(ownEvent('dev.cite.change.found', { change: change.id }));
  } else if (change.state === 'building') {
    await requestBuild(ports, app, change.build, change.commit, decision.action === 'build');
  }
  return change;
}

function newChange(app: App, cause: Cause, key: string | undefined, decision: PushDecision): NewChange {
  const common = {
    id: `${app.uid}/${cause.id}`,
    app: { namespace: app.namespace, name: app.name, uid: app.uid },
    repository: app.spec.repository,
    branch: app.spec.branch,
    kind: 'push' as const,
    commit: cause.commit,
    title: firstLine(cause.message),
    author: cause.author.slice(0, 200),
    ...(cause.base === undefined ? {} : { base: cause.base }),
  };
  switch (decision.action) {
    case 'skip':
      return {
        ...common,
        state: 'ended',
        reason: `skipped: ${decision.why}`,
        verdict: { outcome: 'skipped', why: decision.why },
      };
    case 'supersede':
      return {
        ...common,
        state: 'ended',
        reason: `superseded by ${decision.by}`,
        verdict: { outcome: 'superseded', by: decision.by },
      };
    case 'await image':
      return { ...common, state: 'waiting for checks', reason: decision.reason };
    case 'build':
    case 'reuse':
      return {
        ...common,
        ...(key === undefined ? {} : { build: key }),
        state: 'building',
        reason: decision.reason,
      };
  }
}

/** For a line of a screen or a log: no control characters, not endless. */
const firstLine = (message: string) =>
  (message.split('\n', 1)[0] ?? '').replace(/\p{Cc}/gu, ' ').slice(0, 200);
