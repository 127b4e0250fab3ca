import type { App, Condition } from '../../shared/domain/app.ts';
import { stateBeside } from '../../shared/domain/obstacle.ts';
import type { Needs } from './needs.ts';

export type NewCondition = Omit<Condition, 'lastTransitionTime'>;

/** Conditions, address and what follows from them, only where one differs: the write wakes this function again. */
export async function writeConditions(
  ports: Needs,
  app: Pick<App, 'namespace' | 'name' | 'status'>,
  next: readonly NewCondition[],
  url = app.status.url,
): Promise<void> {
  const before = new Map(app.status.conditions.map((condition) => [condition.type, condition]));
  const same = next.every((condition) => isSame(before.get(condition.type), condition));
  if (same && app.status.url === url) return;
  const now = ports.clock().toISOString();
  const merged = new Map(before);
  for (const condition of next) {
    const old = before.get(condition.type);
    const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : now;
    merged.set(condition.type, { ...condition, lastTransitionTime });
  }
  const conditions = [...merged.values()];
  const state = stateBeside({ ...app.status, conditions });
  await ports.cluster.setAppStatus(app, {
    conditions,
    ...(url === undefined ? {} : { url }),
    ...(state === undefined ? {} : { state }),
  });
}

/** A system that is away says so with other words at every try: those would wake this function for the next one. */
const isSame = (old: Condition | undefined, next: NewCondition) =>
  old?.status === next.status &&
  old.reason === next.reason &&
  (old.message === next.message || next.status === 'Unknown');
