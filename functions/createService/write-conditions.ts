import type { App, Condition } from '../../shared/domain/app.ts';
import { stateBeside } from '../../shared/domain/obstacle.ts';
import type { Needs } from './needs.ts';

export type NewCondition = Omit<Condition, 'lastTransitionTime'>;

/** What is to be had of an App that cannot be read, too: without a spec. */
type Told = Pick<App, 'namespace' | 'name' | 'status'> & { readonly spec?: Pick<App['spec'], 'hold'> };

/**
 * What has just become True is not taken back, but for what the App alone decides. Two instances that see different worlds (one of them has the token of
 * before, or is refused by a busy API) would else wake each other by their writes for as long as both live. Resync looks
 * again.
 */
const SETTLED_MS = 15_000;

/** Conditions, address and what follows from them, only where one differs: the write wakes this function again. */
export async function writeConditions(
  ports: Needs,
  app: Told,
  next: readonly NewCondition[],
  url = app.status.url,
): Promise<void> {
  const before = new Map(app.status.conditions.map((condition) => [condition.type, condition]));
  const now = ports.clock();
  const merged = new Map(before);
  for (const condition of next) {
    const old = before.get(condition.type);
    if (old && condition.status !== 'True' && isFreshlyTrue(old, now)) continue;
    const isAsBefore = old?.status === condition.status;
    const lastTransitionTime = isAsBefore ? old.lastTransitionTime : now.toISOString();
    merged.set(condition.type, { ...condition, lastTransitionTime });
  }
  const conditions = [...merged.values()];
  const state = stateBeside({ ...app.status, conditions }, app.spec?.hold);
  const same = conditions.every((condition) => isSame(before.get(condition.type), condition));
  if (same && app.status.url === url && app.status.state === state) return;
  await ports.cluster.setAppStatus(app, {
    conditions,
    ...(url === undefined ? {} : { url }),
    // What switchSelector has written meanwhile stays, unless it is this that changes it.
    ...(state === undefined || state === app.status.state ? {} : { state }),
  });
}

const isFreshlyTrue = ({ type, status, lastTransitionTime }: Condition, now: Date) =>
  type !== 'Accepted' && status === 'True' && now.getTime() - Date.parse(lastTransitionTime) < SETTLED_MS;

const isSame = (old: Condition | undefined, next: NewCondition) =>
  old?.status === next.status && old.reason === next.reason && old.message === next.message;
