import type { App } from '../../../shared/domain/app.ts';
import type { Release } from '../../../shared/domain/release.ts';
import type { NewWorkload, Workload } from '../../../shared/domain/workload.ts';
import type { Cluster } from '../../../shared/ports/cluster.ts';
import type { MemoryCodeHost } from '../../memory/code-host.ts';

/** Where people are answered later than they ask. */
interface People {
  /** The Hold as it was when one last was. */
  answered(app: App): App['spec']['hold'];
  /** Whether somebody asked for that release, and was not yet told that it is withdrawn. */
  mayCountOn(app: App, release: number): boolean;
}

/** What only the world around knows. Without it: what is so at the very moment of the write. */
interface Circumstances {
  /** Whether it was claimed, and then seen ready by who switches to it: claims and pods may go at any time. */
  readonly wasSeenReady?: (target: Workload) => boolean;
  readonly people?: People;
  /** Whether the code host showed a branch to be back at that commit: to the platform it was forced there. */
  readonly wasBackAt?: (commit: string) => boolean;
  /** Whether a branch that is gone now was forced away from that commit before. */
  readonly wasForcedAway?: (commit: string) => boolean;
  /** Whether somebody took the Workload of that release. */
  readonly wasTaken?: (app: App, release: number) => boolean;
  /** By how much a sweep's clock may be ahead of what started the clock of a standby. */
  readonly toleranceMs?: number;
  /** What was written well. */
  readonly tell?: Partial<Witness>;
}

interface Witness {
  switched(app: App, to: number, wished: boolean): void;
  numbered(app: App, release: Release): void;
  made(workload: NewWorkload): void;
  gone(app: App, release: number): void;
}

/** Counted here: the platform's own rule may be the one that is wrong. */
const isClaimedAndReady = ({ replicas, available, standbySince }: Workload) =>
  replicas > 0 && available >= replicas && standbySince === undefined;

/**
 * The cluster, and beside it a witness of every write that breaks an invariant of DESIGN §5 at that very moment. Writes
 * that lose their compare-and-set are none.
 */
export function watched(
  cluster: Cluster,
  host: MemoryCodeHost,
  clock: () => Date,
  {
    wasSeenReady = isClaimedAndReady,
    wasBackAt = () => false,
    wasForcedAway = () => false,
    wasTaken = () => false,
    people = { answered: ({ spec }) => spec.hold, mayCountOn: () => false },
    toleranceMs = 0,
    tell = {},
  }: Circumstances = {},
) {
  const violations: string[] = [];
  /** Since when what was live is not: by the Change of its release. What the Workload says may be wrong, or late. */
  const replacedAt = new Map<string, number>();

  const watcher: Pick<
    Cluster,
    'switchService' | 'updateApp' | 'createWorkload' | 'updateWorkload' | 'deleteWorkload'
  > = {
    async switchService(service, to, at) {
      const app = await cluster.getApp(service.app);
      const target = await cluster.getWorkload(service.app, to);
      const live =
        service.live === undefined ? undefined : await cluster.getWorkload(service.app, service.live);
      // Somebody deleted the Service while what was live had not all its pods: a standby takes its place, and keeps it.
      const isStandIn =
        service.live === undefined &&
        (await cluster.listWorkloads(service.app)).some(
          ({ release, outcome, available, replicas }) =>
            release.number > to && outcome === 'deployed' && available < replicas,
        );
      const switched = await cluster.switchService(service, to, at);
      const name = `r${service.live} → r${to}`;
      // One that is gone by then somebody took by hand: whoever else deletes one is told of below.
      if (target && !wasSeenReady(target)) violations.push(`1: ${name}: it was not seen ready once claimed`);
      if (live) replacedAt.set(live.release.change, clock().getTime());
      if (!app) return switched;
      // Given up by one just as it got ready for another: a person has asked for it.
      const isAsked = app.spec.hold?.release === to || app.spec.hold?.givenUp === to;
      const wished = isAsked || people.mayCountOn(app, to) || isStandIn;
      tell.switched?.(app, to, wished);
      if (!target || !live) return switched;
      const [from, commit] = [live.release.commit, target.release.commit];
      const head = host.head(app.spec.repository, app.spec.branch);
      const isLeft = head === undefined ? wasForcedAway(from) : !host.holds(head, from);
      const forced = wasBackAt(commit) || isLeft;
      const isOlder = from !== commit && host.holds(from, commit);
      // What a person asked for is not left for its failed proof.
      const isWayBack =
        live.outcome === 'failed' && to === service.previous && app.spec.hold?.release !== service.live;
      // Made again by one who was late, just as another took its place.
      const isTaken = wasTaken(app, live.release.number);
      if (isOlder && !wished && !forced && !isWayBack && !isTaken)
        violations.push(`3: ${name}: back to an older commit`);
      const isHeld = app.spec.hold && people.answered(app)?.at === app.spec.hold.at;
      if (isHeld && !wished && !isWayBack) violations.push(`6: ${name}: switched under a Hold`);
      return switched;
    },
    async updateApp(app, change) {
      const updated = await cluster.updateApp(app, change);
      if (change.lastRelease) tell.numbered?.(updated, change.lastRelease);
      return updated;
    },
    async createWorkload(workload) {
      await cluster.createWorkload(workload);
      tell.made?.(workload);
      const own = await cluster.listWorkloads(workload.app);
      const same = own.filter((one) => one.release.change === workload.release.change);
      if (same.length > 1) violations.push(`5: ${same.length} Workloads of one Change`);
    },
    async updateWorkload(workload, change) {
      const why = change.replicas === 0 ? await whyNeeded(workload) : undefined;
      const written = await cluster.updateWorkload(workload, change);
      if (why !== undefined) violations.push(`2: r${workload.release.number} scaled down, but it is ${why}`);
      return written;
    },
    async deleteWorkload(workload) {
      const why = await whyNeeded(workload);
      const app = await cluster.getApp(workload.app);
      await cluster.deleteWorkload(workload);
      if (app) tell.gone?.(app, workload.release.number);
      if (why !== undefined) violations.push(`2: r${workload.release.number} deleted, but it is ${why}`);
    },
  };

  async function whyNeeded({ app: ref, release: { number } }: Parameters<Cluster['deleteWorkload']>[0]) {
    const app = await cluster.getApp(ref);
    const now = await cluster.getWorkload(ref, number);
    if (!now || !app || app.deleting) return undefined;
    if ((await cluster.getService(ref))?.live === number) return 'live';
    if (now.pinnedBy !== undefined) return 'pinned';
    if (now.outcome === undefined) return app.lastRelease?.number === number ? 'on its way' : undefined;
    if (now.replicas === 0) return undefined;
    const isWished = app.spec.hold?.release === number && now.outcome !== 'failed';
    if (now.standbySince === undefined && (now.outcome === 'deployed' || isWished)) return 'claimed';
    if (now.outcome !== 'deployed') return undefined;
    const since = replacedAt.get(now.release.change) ?? now.standbySince?.getTime() ?? 0;
    const until = since + app.spec.retention.standbySeconds * 1000;
    return clock().getTime() + toleranceMs < until ? 'standby within its retention' : undefined;
  }

  return { cluster: { ...cluster, ...watcher }, violations };
}
