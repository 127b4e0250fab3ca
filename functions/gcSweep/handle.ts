import { ConflictError } from '../../shared/domain/errors.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { type PlannedAction, sweepPlan } from '../../shared/runtime/sweep-plan.ts';
import { decideEndedJobs } from './decide-ended-jobs.ts';

type Needs = Pick<Ports, 'cluster' | 'store' | 'clock' | 'newId' | 'log'>;

/** Longer than any sweep takes: one that died gives its lease up by that time. */
const LEASE_MS = 4 * 60_000;

/** The scheduled sweep: does what the plan says, each action on the very state that it was decided on. */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (_event, log) => {
      const owner = ports.newId();
      if (!(await ports.store.takeLease('sweep', owner, LEASE_MS)))
        return log.info('another sweep is under way');
      try {
        // First: what is past its time must go also where the cluster lets nothing else go.
        await ports.store.expire(ports.clock());
        const missed: unknown[] = [];
        for (const action of await sweepPlan(ports)) {
          if (action.action !== 'keep') await carryOut(ports, action, log).catch((err) => missed.push(err));
        }
        for (const job of decideEndedJobs(await ports.cluster.listBuildJobs(), ports.clock())) {
          await ports.cluster.deleteBuildJob(job.key, job.startedAt).catch((err) => missed.push(err));
        }
        // One that cannot be retired (somebody's own object with our labels) keeps no other from it.
        if (missed.length > 0) throw missed[0];
      } finally {
        await ports.store.returnLease('sweep', owner);
      }
    },
);

/** A Workload that was claimed, pinned or switched to after it was read is left alone (invariant 2). */
async function carryOut(ports: Needs, { workload, ...planned }: PlannedAction, log: Logger): Promise<void> {
  try {
    switch (planned.action) {
      case 'start clock':
        await ports.cluster.updateWorkload(workload, { standbySince: ports.clock() });
        break;
      case 'scale down':
        await ports.cluster.updateWorkload(workload, { replicas: 0 });
        break;
      case 'delete':
        await ports.cluster.deleteWorkload(workload);
        break;
      case 'keep':
        return;
    }
    log.info(planned, 'swept');
  } catch (err) {
    if (!(err instanceof ConflictError)) throw err;
    log.info({ ...planned, err }, 'left alone: it has changed since it was read');
  }
}
