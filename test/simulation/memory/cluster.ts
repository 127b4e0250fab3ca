import { setTimeout as sleep } from 'node:timers/promises';
import { apps } from '../../../scripts/local/cluster/records/apps.ts';
import { BUILD_NAMESPACE, toBuild } from '../../../scripts/local/cluster/records/builds.ts';
import { buildLabels } from '../../../scripts/local/cluster/records/labels.ts';
import { requireLabel } from '../../../scripts/local/cluster/records/names.ts';
import { namespaces } from '../../../scripts/local/cluster/records/namespaces.ts';
import { toPod } from '../../../scripts/local/cluster/records/pods.ts';
import type { Objects } from '../../../scripts/local/cluster/records/records.ts';
import { routes } from '../../../scripts/local/cluster/records/routes.ts';
import { secrets } from '../../../scripts/local/cluster/records/secrets.ts';
import { services } from '../../../scripts/local/cluster/records/services.ts';
import { workloads } from '../../../scripts/local/cluster/records/workloads.ts';
import type { BuildJobs, Cluster, LogOptions, Workloads } from '../../../shared/ports/cluster.ts';
import { address } from '../../local/world.ts';

const POLL_MS = 5;
/** What every pod and every build has printed. */
export const OUTPUT = 'one\ntwo\nthree\n';

/** The verbs of one machine's cluster on objects in memory; `kubelet` makes true what they ask for. */
export const memoryCluster = (objects: Objects): Cluster => ({
  ...namespaces(objects),
  ...apps(objects),
  ...secrets(objects),
  ...services(objects, address),
  ...routes(address),
  ...workloads(objects),
  ...pods(objects),
  ...builds(objects),
});

function pods(objects: Objects): Pick<Workloads, 'listPods' | 'podLog'> {
  return {
    async listPods({ namespace, name }, release) {
      return objects
        .list('Pod', { namespace, app: name })
        .filter(({ body }) => release === undefined || body.release === release)
        .map(toPod);
    },
    podLog: ({ app, name }, options) =>
      output(() => objects.get('Pod', app.namespace, name) !== undefined, options),
  };
}

function builds(objects: Objects): BuildJobs {
  const find = (key: string) => objects.get('Job', BUILD_NAMESPACE, key);
  return {
    async startBuildJob({ credential: _, ...job }) {
      requireLabel('key', job.key);
      const key = { namespace: BUILD_NAMESPACE, name: job.key };
      objects.insert('Job', key, buildLabels(job.key), { ...job, folder: job.key, phase: 'running' });
    },
    async getBuildJob(key) {
      const record = find(key);
      return record && toBuild(record);
    },
    async listBuildJobs() {
      return objects.list('Job').map(toBuild);
    },
    async deleteBuildJob(key) {
      const record = find(key);
      if (record) objects.remove(record);
    },
    buildJobLog: (key, options) =>
      output(() => find(key)?.body.phase === 'running', options, find(key) !== undefined),
  };
}

async function* output(runs: () => boolean, { tail, follow, signal }: LogOptions, isThere = runs()) {
  if (!isThere) return;
  const lines = OUTPUT.trimEnd().split('\n');
  yield `${lines.slice(-(tail ?? lines.length)).join('\n')}\n`;
  while (follow && runs() && !signal?.aborted) await sleep(POLL_MS);
}
