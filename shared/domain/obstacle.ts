import type { AppStatus, Condition } from './app.ts';
import type { Hold } from './app-spec.ts';

/** What keeps an App from being deployed at all, as `kubectl get apps` shows it; undefined: nothing does. */
export function obstacle(conditions: readonly Pick<Condition, 'type' | 'status' | 'reason'>[]) {
  const failing = (type: Condition['type']) =>
    conditions.find((condition) => condition.type === type && condition.status === 'False')?.reason;
  const refused = failing('Accepted');
  if (refused !== undefined) return `refused: ${refused}`;
  const blocked = failing('ServiceReady');
  return blocked === undefined ? undefined : `blocked: ${blocked}`;
}

/** The state under these conditions. Once no obstacle is left it is as before; switchSelector then goes on with it. */
export function stateBeside(
  { conditions, state, live }: AppStatus,
  hold: Hold | undefined,
): string | undefined {
  const now = obstacle(conditions);
  if (now !== undefined) return now;
  if (!/^(refused|blocked): /.test(state ?? '')) return state;
  if (hold) return 'held';
  return live ? 'live' : 'waiting';
}
