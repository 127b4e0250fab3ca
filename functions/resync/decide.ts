import type { App, AppRef } from '../../shared/domain/app.ts';
import { isTold, summaryOf } from '../../shared/domain/app-summary.ts';
import type { Build } from '../../shared/domain/build.ts';
import type { Change } from '../../shared/domain/change.ts';
import type { Delivery } from '../../shared/domain/delivery.ts';
import { type CiteEvent, githubEvent, ownEvent } from '../../shared/domain/events.ts';
import type { Notice } from '../../shared/domain/notice.ts';
import { isUnproven, type Workload } from '../../shared/domain/workload.ts';
import type { ServiceSelector } from '../../shared/ports/cluster.ts';
import type { Message } from '../../shared/ports/store.ts';

/** What is given time to go its own way before it counts as unheard. */
export const PATIENCE_MS = 60_000;

export interface ResyncFacts {
  readonly apps: readonly App[];
  readonly workloads: readonly Workload[];
  readonly services: readonly ServiceSelector[];
  readonly openChanges: readonly Change[];
  readonly runningBuilds: readonly Build[];
  readonly unjudged: readonly Delivery[];
  readonly pending: readonly Message[];
  readonly notices: readonly Notice[];
  /** Apps of whose newest Release the store knows no Change. */
  readonly lostReleases: readonly AppRef[];
  /** Apps whose turn it is to be looked at by createService. */
  readonly turn: readonly AppRef[];
  readonly now: Date;
}

/** The events that an event should have caused, found from state alone (DESIGN §4). It decides nothing itself. */
export function decide(facts: ResyncFacts): CiteEvent[] {
  const old = (at: string) => facts.now.getTime() - new Date(at).getTime() > PATIENCE_MS;
  const uids = new Set(facts.apps.map(({ uid }) => uid));
  const unheard = Map.groupBy(
    facts.openChanges.filter((change) => old(change.updatedAt)),
    // Another App of the name is not its App.
    ({ app }) => (uids.has(app.uid) ? 'own' : 'orphaned'),
  );
  const { own = [], orphaned = [] } = Object.fromEntries(unheard);
  const needRelease = own.filter((change) => change.state === 'starting' && change.release === undefined);
  const waiting = own.filter((change) => ['building', 'waiting for checks', 'held'].includes(change.state));
  const ending = own.filter((change) => change.release !== undefined);
  return [
    ...facts.unjudged.map(githubEvent),
    ...unique([...facts.turn, ...facts.apps.filter(isUnfinished(facts))]).map((app) =>
      ownEvent('dev.cite.app.found', app),
    ),
    ...facts.runningBuilds
      .filter((build) => old(build.startedAt))
      .map((build) => ownEvent('dev.cite.build.found', { build: build.key })),
    ...needRelease.map((change) => ownEvent('dev.cite.release.requested', { change: change.id })),
    ...[...waiting, ...orphaned].map((change) => ownEvent('dev.cite.change.found', { change: change.id })),
    ...unique([
      ...unsettledApps(facts),
      ...untoldApps(facts),
      ...facts.lostReleases,
      ...ending.map((change) => change.app),
    ]).map((app) => ownEvent('dev.cite.workload.found', app)),
    ...facts.pending.map((message) => ownEvent('dev.cite.change.updated', { change: message.change })),
    ...facts.notices.map((notice) => ownEvent('dev.cite.notice.written', { notice: notice.id })),
  ];
}

/** Apps whose branch's head no Change is known of. */
export const headsFound = (apps: readonly AppRef[]): CiteEvent[] =>
  unique(apps).map((app) => ownEvent('dev.cite.head.found', app));

/** createService has not come to its end with it, or its Service was deleted since. */
const isUnfinished = ({ services }: ResyncFacts) => {
  const served = new Set(services.map(({ app }) => key(app)));
  const hadService = ({ status }: App) =>
    status.conditions.some(({ type, status: is }) => type === 'ServiceReady' && is === 'True');
  return (app: App) =>
    app.deleting || app.finalizers.length === 0 || (hadService(app) && !served.has(key(app)));
};

/**
 * Apps with a Workload on its way, with a wish of a person that is not yet what is live, or whose Service selects nothing
 * that runs, or a standby: it was made anew, or somebody edited it.
 */
function unsettledApps({ apps, workloads, services }: ResyncFacts): AppRef[] {
  const live = new Map(services.map((service) => [key(service.app), service.live]));
  const wished = apps.filter(
    (app) => app.spec.hold?.release !== undefined && app.spec.hold.release !== live.get(key(app)),
  );
  const served = new Set(workloads.filter((one) => isServing(one, live)).map(({ app }) => key(app)));
  const unsettled = workloads.filter(
    (one) =>
      one.outcome === undefined ||
      (one.outcome === 'deployed' && !served.has(key(one.app))) ||
      (live.get(key(one.app)) === one.release.number && isUnproven(one)),
  );
  return [...unsettled.map((workload) => workload.app), ...wished];
}

/** Apps whose status is not what they are: the event of the last change was lost, or none came of it, as of a Hold. */
function untoldApps({ apps, workloads, services }: ResyncFacts): AppRef[] {
  const live = new Map(services.map((service) => [key(service.app), service.live]));
  const own = Map.groupBy(workloads, ({ app }) => key(app));
  return apps.filter((app) => {
    if (app.deleting || !live.has(key(app))) return false;
    const summary = { app, live: live.get(key(app)), workloads: own.get(key(app)) ?? [] };
    return !isTold(summary, summaryOf(summary));
  });
}

const isServing = (
  { app, release, replicas, standbySince }: Workload,
  live: ReadonlyMap<string, number | undefined>,
) => live.get(key(app)) === release.number && replicas > 0 && standbySince === undefined;

const key = (app: AppRef) => `${app.namespace}/${app.name}`;
const unique = (apps: readonly AppRef[]): AppRef[] => [
  ...new Map(apps.map((app) => [key(app), { namespace: app.namespace, name: app.name }])).values(),
];
