import type { Stored } from '../../scripts/local/cluster/records/records.ts';
import { isReady, type Workload } from '../../shared/domain/workload.ts';

/** Which Workloads have been ready since they were claimed, or made: pods may go between that and the switch (invariant 1). */
export class ReadySinceClaimed {
  readonly #ready = new Set<string>();

  /** Looks at a Workload after each write of it. */
  look(record: Stored<'Deployment'> | undefined): void {
    if (!record) return;
    const { app, release, standbySince, status, generation, replicas } = record.body;
    const key = keyOf({ app, release });
    if (standbySince !== undefined) this.#ready.delete(key);
    else if (status?.observed === generation && isReady({ replicas, available: status.available }))
      this.#ready.add(key);
  }

  has = (workload: Workload): boolean => isReady(workload) || this.#ready.has(keyOf(workload));
}

const keyOf = ({ app, release }: Pick<Workload, 'app' | 'release'>) =>
  `${app.namespace}/${app.name}-r${release.number}-${release.change}`;
