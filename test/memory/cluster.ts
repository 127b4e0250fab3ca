import { setTimeout as sleep } from 'node:timers/promises';
import { apps } from '../../scripts/local/cluster/records/apps.ts';
import { BUILD_NAMESPACE, isOf, toBuild } from '../../scripts/local/cluster/records/builds.ts';
import { appLabels, buildLabels, RELEASE } from '../../scripts/local/cluster/records/labels.ts';
import { requireLabel } from '../../scripts/local/cluster/records/names.ts';
import { namespaces } from '../../scripts/local/cluster/records/namespaces.ts';
import { toPod } from '../../scripts/local/cluster/records/pods.ts';
import type { Objects } from '../../scripts/local/cluster/records/records.ts';
import { routes } from '../../scripts/local/cluster/records/routes.ts';
import { secrets } from '../../scripts/local/cluster/records/secrets.ts';
import { services } from '../../scripts/local/cluster/records/services.ts';
import { workloads } from '../../scripts/local/cluster/records/workloads.ts';
import { workloadName } from '../../shared/domain/naming.ts';
import type { BuildJobs, Cluster, LogOptions, Workloads } from '../../shared/ports/cluster.ts';
import { address } from '../local/world.ts';

const POLL_MS = 5;
/** What every pod and every build has printed. */
export const OUTPUT = 'one\ntwo\nthree\n';

/**
 * The verbs of one machine's cluster on objects in memory; `kubelet` makes true what they ask for. `between` is called
 * between the writes of a verb that makes several objects, as on Kubernetes: what it throws, the caller dies of.
 */
export const memoryCluster = (objects: Objects, between: () => void = () => undefined): Cluster => ({
  ...namespaces(objects),
  ...apps(objects),
  ...secrets(objects),
  ...services(objects, address),
  ...routes(address),
  ...workloads(objects),
  ...creation(objects, between),
  ...pods(objects),
  ...builds(objects),
});

function creation(objects: Objects, between: () => void): Pick<Workloads, 'createWorkload'> {
  const { createWorkload } = workloads(objects);
  return {
    async createWorkload(workload) {
      const { app, release, secret } = workload;
      const key = { namespace: app.namespace, name: workloadName(app.name, release.number) };
      if (objects.get('Deployment', key.namespace, key.name)) return;
      // Left by one who died: nothing runs on it yet, and it may be of a content that has changed since.
      const left = objects.get('Secret', key.namespace, key.name);
      if (left?.labels[RELEASE]) objects.remove(left);
      const made = objects.insert('Secret', key, appLabels(app, release.number), { content: secret });
      between();
      if (made) objects.remove(made);
      await createWorkload(workload);
    },
  };
}

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
    async deleteBuildJob(key, startedAt) {
      const record = find(key);
      if (record && isOf(record, startedAt)) objects.remove(record);
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
