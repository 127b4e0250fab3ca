import type { App } from '../../../shared/domain/app.ts';
import { isReady, type Workload } from '../../../shared/domain/workload.ts';
import type { Cluster } from '../../../shared/ports/cluster.ts';
import type { MemoryCodeHost } from '../../simulation/memory/code-host.ts';

/** Where people are answered later than they ask. */
interface People {
  /** The Hold as it was when one last was. */
  answered(app: App): App['spec']['hold'];
  /** Whether somebody asked for that release, and was not yet told that it is withdrawn. */
  mayCountOn(app: App, release: number): boolean;
}

/**
 * The cluster, and beside it a witness of every write that breaks an invariant of DESIGN §5 at that very moment. Writes
 * that lose their compare-and-set are none. `wasReady` where pods may go at any time: whether it has been ready since it
 * was claimed.
 */
export function watched(
  cluster: Cluster,
  host: MemoryCodeHost,
  clock: () => Date,
  wasReady: (target: Workload) => boolean = isReady,
  people: People = { answered: ({ spec }) => spec.hold, mayCountOn: () => false },
) {
  const violations: string[] = [];

  const watcher: Pick<Cluster, 'switchService' | 'createWorkload' | 'updateWorkload' | 'deleteWorkload'> = {
    async switchService(service, to, at) {
      const app = await cluster.getApp(service.app);
      const target = await cluster.getWorkload(service.app, to);
      const live =
        service.live === undefined ? undefined : await cluster.getWorkload(service.app, service.live);
      const switched = await cluster.switchService(service, to, at);
      const name = `r${service.live} → r${to}`;
      if (!target || !wasReady(target)) violations.push(`1: ${name}: it is not ready`);
      if (target?.standbySince !== undefined) violations.push(`1: ${name}: it was not claimed`);
      if (!target || !live || !app) return switched;
      const [from, commit] = [live.release.commit, target.release.commit];
      const head = host.head(app.spec.repository, app.spec.branch);
      const wished = app.spec.hold?.release === to || people.mayCountOn(app, to);
      const forced = head !== undefined && !host.holds(head, from);
      const isOlder = from !== commit && host.holds(from, commit);
      if (isOlder && !wished && !forced && live.outcome !== 'failed')
        violations.push(`3: ${name}: back to an older commit`);
      if (
        app.spec.hold &&
        people.answered(app)?.at === app.spec.hold.at &&
        !wished &&
        live.outcome !== 'failed'
      )
        violations.push(`6: ${name}: switched under a Hold`);
      return switched;
    },
    async createWorkload(workload) {
      await cluster.createWorkload(workload);
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
      await cluster.deleteWorkload(workload);
      if (why !== undefined) violations.push(`2: r${workload.release.number} deleted, but it is ${why}`);
    },
  };

  async function whyNeeded({ app: ref, release: { number } }: Parameters<Cluster['deleteWorkload']>[0]) {
    const app = await cluster.getApp(ref);
    const now = await cluster.getWorkload(ref, number);
    if (!now || !app || app.deleting) return undefined;
    if ((await cluster.getService(ref))?.live === number) return 'live';
    if (now.pinnedBy !== undefined) return 'pinned';
    if (now.outcome !== 'deployed' || now.replicas === 0) return undefined;
    if (now.standbySince === undefined) return 'claimed';
    const until = now.standbySince.getTime() + app.spec.retention.standbySeconds * 1000;
    return clock().getTime() < until ? 'standby within its retention' : undefined;
  }

  return { cluster: { ...cluster, ...watcher }, violations };
}
