import type { Pod } from '../../shared/domain/workload.ts';
import type { Needs } from './scene.ts';

const LAST_LINES = 20;

/** What a pod that failed printed last: for most people the reason itself. */
export async function podDetail(ports: Needs, pod: Pod | undefined): Promise<{ detail?: string }> {
  if (!pod) return {};
  const parts: string[] = [];
  try {
    for await (const part of ports.cluster.podLog(pod, { tail: LAST_LINES })) parts.push(part);
  } catch (err) {
    ports.log.warn({ err, pod: pod.name }, 'its log cannot be read');
  }
  const detail = parts.join('').trimEnd();
  return detail ? { detail } : {};
}
