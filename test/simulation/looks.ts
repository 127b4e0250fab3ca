import type { Objects } from '../../scripts/local/cluster/records/records.ts';
import type { AppRef } from '../../shared/domain/app.ts';
import { workloadName } from '../../shared/domain/naming.ts';

/**
 * What each process saw of a Workload when it last read that alone: claimed, and every wanted pod ready (invariant 1). The
 * pods are counted, whatever the Workload's status or the platform's own rules say of them.
 */
export class Looks {
  readonly #seen = new Map<number, Map<string, boolean>>();
  readonly #objects: Objects;

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  look(process: number, app: AppRef, release: number): void {
    const own = this.#seen.get(process) ?? new Map<string, boolean>();
    this.#seen.set(process, own);
    own.set(key(app, release), this.#isClaimedAndReady(app, release));
  }

  sawReady = (process: number, app: AppRef, release: number): boolean =>
    this.#seen.get(process)?.get(key(app, release)) ?? false;

  #isClaimedAndReady(app: AppRef, release: number): boolean {
    const { namespace, name } = app;
    const workload = this.#objects.get('Deployment', namespace, workloadName(name, release))?.body;
    if (!workload || workload.standbySince !== undefined) return false;
    const ready = this.#objects
      .list('Pod', { namespace, app: name })
      .filter(({ body }) => body.release === release && body.ready).length;
    return workload.replicas > 0 && ready >= workload.replicas;
  }
}

const key = ({ namespace, name }: AppRef, release: number) => `${namespace}/${name}/r${release}`;
