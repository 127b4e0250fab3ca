import { until } from '../e2e/until.ts';
import type { Machine } from './machine.ts';

/** The pods of functions, by name: what scales to zero. */
export async function functionPods({ kubectl }: Machine): Promise<readonly string[]> {
  const pods = await kubectl(
    '-n',
    'cite-system',
    'get',
    'pods',
    '-l',
    'serving.knative.dev/service',
    '-o',
    'name',
  );
  return pods.split('\n').filter((pod) => pod !== '');
}

/** Longer than what is under way takes to end, and Knative to take the last pod down. */
const IDLE_MS = 180_000;

export const untilIdle = (machine: Machine) =>
  until(
    'no function has a pod',
    () => functionPods(machine),
    (pods) => pods.length === 0,
    IDLE_MS,
  );
