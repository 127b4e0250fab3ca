import type { V1Pod } from '@kubernetes/client-node';
import { DeniedError } from '../../domain/errors.ts';
import type { BuildJob, BuildJobs } from '../../ports/cluster.ts';
import { type BuildPlace, buildJob, credentialSecret, jobName } from './build-job-objects.ts';
import { toBuildJob } from './build-job-state.ts';
import { unmadeFor } from './build-job-waiting.ts';
import { buildJobLog } from './build-log.ts';
import { type Connection, pages } from './connection.ts';
import { ask, create, find } from './errors.ts';
import { BUILD, checkNames, isManaged, isObjectName, managedSelector, metadataOf } from './objects.ts';

export function kubernetesBuildJobs(connection: Connection, place: BuildPlace): BuildJobs {
  const { batch, core, within } = connection;
  const namespace = place.buildNamespace;

  const podOf = async (key: string): Promise<V1Pod | undefined> => {
    const labelSelector = `${managedSelector},${BUILD}=${key}`;
    const { items } = await ask(core.listNamespacedPod({ namespace, labelSelector }));
    // A pod that is being removed belongs to a build of the key that was forgotten.
    return items.find(({ metadata }) => metadata?.deletionTimestamp === undefined);
  };

  const whyUnmade = async (uid: string): Promise<string | undefined> => {
    const fieldSelector = `involvedObject.uid=${uid}`;
    try {
      return unmadeFor((await ask(core.listNamespacedEvent({ namespace, fieldSelector }))).items);
    } catch (error) {
      // Without the right to read them it is not said, and nothing else is missing.
      if (error instanceof DeniedError) return undefined;
      throw error;
    }
  };

  const getBuildJob = async (key: string): Promise<BuildJob | undefined> => {
    if (!isObjectName(key)) return undefined;
    const job = await find(batch.readNamespacedJob({ namespace, name: jobName(key) }));
    if (!job || !isManaged(job)) return undefined;
    const pod = await podOf(key);
    const isMissing = pod === undefined && !job.status?.conditions?.length;
    return toBuildJob(job, pod, isMissing ? await whyUnmade(metadataOf(job).uid) : undefined);
  };

  return {
    getBuildJob,

    async startBuildJob(job) {
      checkNames({ key: job.key });
      const name = jobName(job.key);
      // Looked for first: a quota that is used up refuses to create even what is there.
      const there =
        (await find(batch.readNamespacedJob({ namespace, name }))) ??
        (await create(batch.createNamespacedJob({ namespace, body: buildJob(job, place) })));
      if (job.credential === undefined) return;
      // The pod waits for it. Made second, it is the Job's from birth and never outlives it.
      const { uid } = metadataOf(there ?? (await ask(batch.readNamespacedJob({ namespace, name }))));
      await create(
        core.createNamespacedSecret({ namespace, body: credentialSecret(job, job.credential, uid) }),
      );
    },

    async listBuildJobs() {
      const labelSelector = `${managedSelector},${BUILD}`;
      const pods = new Map<string, V1Pod>();
      for await (const pod of pages((page) =>
        ask(core.listNamespacedPod({ namespace, labelSelector, ...page })),
      ))
        pods.set(metadataOf(pod).labels[BUILD] ?? '', pod);
      const builds: BuildJob[] = [];
      for await (const job of pages((page) =>
        ask(batch.listNamespacedJob({ namespace, labelSelector, ...page })),
      )) {
        const build = toBuildJob(job, pods.get(metadataOf(job).labels[BUILD] ?? ''));
        if (build) builds.push(build);
      }
      return builds;
    },

    async deleteBuildJob(key, startedAt) {
      checkNames({ key });
      const name = jobName(key);
      const job = await find(batch.readNamespacedJob({ namespace, name }));
      if (!job || !isManaged(job)) return;
      const { uid, createdAt } = metadataOf(job);
      if (startedAt && startedAt.getTime() !== createdAt.getTime()) return;
      const body = { preconditions: { uid }, propagationPolicy: 'Background' };
      await find(batch.deleteNamespacedJob({ namespace, name, body }));
    },

    buildJobLog(key, options) {
      const pod = async () => (isObjectName(key) ? within(() => podOf(key)) : undefined);
      const isRunning = async () => (await within(() => getBuildJob(key)))?.phase === 'running';
      return buildJobLog(connection, namespace, { pod, isRunning }, options);
    },
  };
}
