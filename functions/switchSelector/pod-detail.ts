import { lastWords, VERDICT_LINES } from '../../shared/domain/log.ts';
import type { Pod } from '../../shared/domain/workload.ts';
import { readLog } from '../../shared/runtime/read-log.ts';
import type { Needs } from './scene.ts';

/** What a pod that failed printed last: for most people the reason itself. */
export async function podDetail(ports: Needs, pod: Pod | undefined): Promise<{ detail?: string }> {
  if (!pod) return {};
  let text = '';
  try {
    text = await readLog(ports.cluster.podLog(pod, { tail: VERDICT_LINES }));
  } catch (err) {
    ports.log.warn({ err, pod: pod.name }, 'its log cannot be read');
  }
  const detail = lastWords(text);
  return detail ? { detail } : {};
}
