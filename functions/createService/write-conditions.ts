import type { App, Condition } from '../../shared/domain/app.ts';
import { stateBeside } from '../../shared/domain/obstacle.ts';
import type { Needs } from './needs.ts';

export type NewCondition = Omit<Condition, 'lastTransitionTime' | 'lastUpdateTime' | 'observedGeneration'>;

/** What is to be had of an App that cannot be read, too: without a spec. */
type Told = Pick<App, 'namespace' | 'name' | 'status'> & {
  readonly spec?: Pick<App['spec'], 'hold'>;
  readonly generation?: number;
};

/**
 * Two instances that see different worlds (one has the token of before, or is refused by a busy API) would wake each
 * other by their writes for as long as both live. What was just written of the same spec is not contradicted: what is
 * True not at all, and what a token or a setting decides only by its becoming True. Resync looks again.
 */
const SETTLED_MS = 15_000;

/** Conditions that hang on the instance's own settings; the others on what every instance sees alike. */
const bySettings: readonly Condition['type'][] = ['Accepted', 'SourceConnected'];

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
    if (isSame(old, condition) || (old && contradicts(old, condition, app.generation, now))) continue;
    const lastUpdateTime = now.toISOString();
    const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : lastUpdateTime;
    const observed = app.generation === undefined ? {} : { observedGeneration: app.generation };
    merged.set(condition.type, { ...condition, lastTransitionTime, lastUpdateTime, ...observed });
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

function contradicts(old: Condition, next: NewCondition, generation: number | undefined, now: Date): boolean {
  const { observedGeneration, lastUpdateTime } = old;
  if (lastUpdateTime === undefined || observedGeneration !== generation) return false;
  if (now.getTime() - Date.parse(lastUpdateTime) >= SETTLED_MS) return false;
  return next.status !== 'True' && (old.status === 'True' || bySettings.includes(next.type));
}

const isSame = (old: Condition | undefined, next: NewCondition) =>
  old?.status === next.status && old.reason === next.reason && old.message === next.message;
