import type { App, Condition } from '../../shared/domain/app.ts';
import { stateBeside } from '../../shared/domain/obstacle.ts';
import type { Needs } from './needs.ts';

export type NewCondition = Omit<Condition, 'lastTransitionTime'>;

/** What is to be had of an App that cannot be read, too: without a spec. */
type Told = Pick<App, 'namespace' | 'name' | 'status'> & { readonly spec?: Pick<App['spec'], 'hold'> };

/** Conditions, address and what follows from them, only where one differs: the write wakes this function again. */
export async function writeConditions(
  ports: Needs,
  app: Told,
  next: readonly NewCondition[],
  url = app.status.url,
): Promise<void> {
  const before = new Map(app.status.conditions.map((condition) => [condition.type, condition]));
  const now = ports.clock().toISOString();
  const merged = new Map(before);
  for (const condition of next) {
    const old = before.get(condition.type);
    const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : now;
    merged.set(condition.type, { ...condition, lastTransitionTime });
  }
  const conditions = [...merged.values()];
  const state = stateBeside({ ...app.status, conditions }, app.spec?.hold);
  const same = next.every((condition) => isSame(before.get(condition.type), condition));
  if (same && app.status.url === url && app.status.state === state) return;
  await ports.cluster.setAppStatus(app, {
    conditions,
    ...(url === undefined ? {} : { url }),
    // What switchSelector has written meanwhile stays, unless it is this that changes it.
    ...(state === undefined || state === app.status.state ? {} : { state }),
  });
}

const isSame = (old: Condition | undefined, next: NewCondition) =>
  old?.status === next.status && old.reason === next.reason && old.message === next.message;
