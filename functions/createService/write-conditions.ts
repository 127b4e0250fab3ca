import type { App, Condition } from '../../shared/domain/app.ts';
import type { Needs } from './needs.ts';

export type NewCondition = Omit<Condition, 'lastTransitionTime'>;

/** Conditions and address, written only where one differs: the write wakes this function again. */
export async function writeConditions(ports: Needs, app: App, next: readonly NewCondition[]): Promise<void> {
  const before = new Map(app.status.conditions.map((condition) => [condition.type, condition]));
  const url = ports.config.APP_URL.replaceAll('{name}', app.name).replaceAll('{namespace}', app.namespace);
  const same = next.every((condition) => isSame(before.get(condition.type), condition));
  if (same && app.status.url === url) return;
  const now = ports.clock().toISOString();
  const merged = new Map(before);
  for (const condition of next) {
    const old = before.get(condition.type);
    const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : now;
    merged.set(condition.type, { ...condition, lastTransitionTime });
  }
  await ports.cluster.setAppStatus(app, { url, conditions: [...merged.values()] });
}

const isSame = (old: Condition | undefined, next: NewCondition) =>
  old?.status === next.status && old.reason === next.reason && old.message === next.message;
