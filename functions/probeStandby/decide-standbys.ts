import type { App, AppRef } from '../../shared/domain/app.ts';
import { isStandby, type Workload } from '../../shared/domain/workload.ts';
import type { ServiceSelector } from '../../shared/ports/cluster.ts';

export interface Platform {
  readonly apps: readonly App[];
  readonly services: readonly ServiceSelector[];
  readonly workloads: readonly Workload[];
}

/** A release that a person could go back to in an instant. */
export type Standby = Workload & { readonly standbySince: Date };

/** Pinned or within its retention. One without a clock is claimed: whoever claimed it looks after it. */
export const isIdle = (workload: Workload): workload is Standby =>
  isStandby(workload) && workload.standbySince !== undefined;

/** Newest first. */
export interface Standbys {
  readonly app: App;
  readonly standbys: readonly Standby[];
}

/** Whom to ask: of all Apps but those that go, the ones without a standby too. */
export function standbysOf({ apps, services, workloads }: Platform): Standbys[] {
  const live = new Map(services.map((service) => [key(service.app), service.live]));
  const own = Map.groupBy(workloads, (workload) => key(workload.app));
  return apps
    .filter((app) => !app.deleting)
    .map((app) => ({
      app,
      standbys: (own.get(key(app)) ?? [])
        .filter(isIdle)
        .filter(({ release }) => release.number !== live.get(key(app)))
        .toSorted((a, b) => b.release.number - a.release.number),
    }));
}

const key = ({ namespace, name }: AppRef) => `${namespace}/${name}`;
