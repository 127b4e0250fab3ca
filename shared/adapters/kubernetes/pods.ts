import type { Pod } from '../../domain/workload.ts';
import type { Workloads } from '../../ports/cluster.ts';
import { type Connection, pages } from './connection.ts';
import { ask } from './errors.ts';
import { containerLog } from './logs.ts';
import {
  APP,
  CONTAINER,
  checkNames,
  isObjectName,
  managedSelector,
  RELEASE,
  releaseLabel,
} from './objects.ts';
import { toPod } from './pod-state.ts';

export function kubernetesPods(connection: Connection): Pick<Workloads, 'listPods' | 'podLog'> {
  const { core } = connection;
  return {
    async listPods({ namespace, name }, release) {
      if (!isObjectName(namespace) || !isObjectName(name)) return [];
      const ofRelease = release === undefined ? RELEASE : `${RELEASE}=${releaseLabel(release)}`;
      const labelSelector = `${managedSelector},${APP}=${name},${ofRelease}`;
      const pods: Pod[] = [];
      for await (const object of pages((page) =>
        ask(core.listNamespacedPod({ namespace, labelSelector, ...page })),
      )) {
        const pod = toPod(object);
        if (pod) pods.push(pod);
      }
      return pods;
    },

    podLog(pod, options) {
      const { namespace } = pod.app;
      checkNames({ namespace, pod: pod.name });
      return containerLog(connection, { namespace, pod: pod.name, container: CONTAINER }, options);
    },
  };
}
