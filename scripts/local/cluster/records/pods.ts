import type { Pod } from '../../../../shared/domain/workload.ts';
import type { Workloads } from '../../../../shared/ports/cluster.ts';
import { logOf, podFolder } from '../folders.ts';
import { readLog } from '../log-reader.ts';
import type { Objects, Stored } from './records.ts';

export function pods(records: Objects, dir: string): Pick<Workloads, 'listPods' | 'podLog'> {
  return {
    async listPods(app, release) {
      return records
        .list('Pod', { namespace: app.namespace, app: app.name })
        .filter(({ body }) => release === undefined || body.release === release)
        .map(toPod);
    },
    async *podLog({ app, name }, options) {
      const there = () => records.get('Pod', app.namespace, name) !== undefined;
      if (!there()) return;
      yield* readLog(logOf(podFolder(dir, app.namespace, name)), options, () => !there());
    },
  };
}

export function toPod({ name, body }: Stored<'Pod'>): Pod {
  const { process: _, ...pod } = body;
  return { name, ...pod };
}
