import { setTimeout as delay } from 'node:timers/promises';
import { ApiException } from '@kubernetes/client-node';
import { RetryableError } from '../../domain/errors.ts';
import type { LogOptions } from '../../ports/cluster.ts';
import type { Connection } from './connection.ts';
import { find, isOfKubernetes, translate } from './errors.ts';

/** Between two looks whether a container that is followed has started. */
const POLL = 500;

/** A container that has not run by then never will. */
async function hasEnded({ core, within }: Connection, namespace: string, name: string): Promise<boolean> {
  const pod = await within(() => find(core.readNamespacedPod({ namespace, name })));
  return !pod || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/**
 * What one container printed, decoded as it comes. One that is not there, or has not started, printed nothing; followed,
 * its start is waited for. Following ends with the container's run: a restart is another one.
 */
export async function* containerLog(
  connection: Connection,
  { namespace, pod, container }: { namespace: string; pod: string; container: string },
  { follow = false, tail, signal }: LogOptions,
): AsyncGenerator<string> {
  const query = new URLSearchParams({ container, ...(follow ? { follow: 'true' } : {}) });
  if (tail !== undefined) query.set('tailLines', String(tail));
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query.toString()}`;
  try {
    for (let last = !follow; ; ) {
      const response = await connection.raw(path, { follow, ...(signal ? { signal } : {}) });
      if (response.status === 200) {
        const text = new TextDecoder();
        for await (const part of response.body ?? []) yield text.decode(part, { stream: true });
        return;
      }
      const refusal = new ApiException(response.status, '', await response.text(), {});
      // What something before the API server says is nothing of the log.
      if (response.status >= 400 && (response.status === 401 || !isOfKubernetes(refusal)))
        throw translate(refusal);
      if (response.status === 404) return;
      // 204: the pod has no node yet; 400: it has, and the container has not started.
      if (response.status !== 204 && response.status !== 400)
        throw new RetryableError(`the log cannot be read: ${refusal.body}`);
      if (last) return;
      // It may have run and ended since it was asked: once more then.
      last = await hasEnded(connection, namespace, pod);
      if (!last) await delay(POLL, undefined, signal ? { signal } : {});
    }
  } catch (error) {
    if (signal?.aborted) return;
    if (error instanceof RetryableError) throw error;
    throw new RetryableError('the log ended before its time', { cause: error });
  }
}
