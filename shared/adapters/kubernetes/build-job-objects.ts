import type { V1Container, V1Job, V1Secret } from '@kubernetes/client-node';
import type { NewBuildJob } from '../../ports/cluster.ts';
import { BUILD, managed } from './objects.ts';

export interface BuildPlace {
  /** Namespace of the Jobs. No tenant has rights in it. */
  readonly buildNamespace: string;
  /** Image of both steps: git, and a program `cite-build` (below). */
  readonly buildImage: string;
  /** Where images are pushed: `registry/path`; the repository's name and the tag `b-<key>` are added. */
  readonly imagePrefix: string;
}

export const jobName = (key: string) => `b-${key}`;

/** Beyond the build's own time: until then a pod must have been placed and its images pulled. */
const PLACING_SECONDS = 10;
/** A result that nobody has read by then is forgotten; deleteBuildJob forgets it sooner. */
const KEPT_SECONDS = 86_400;

const WORKSPACE = '/workspace';
const CREDENTIAL = '/credential';

/** Values come from the environment and are never part of the script. */
const cloneScript = `set -e
git init --quiet ${WORKSPACE}/source
cd ${WORKSPACE}/source
git fetch --quiet --depth 1 -- "$CLONE_URL" "$COMMIT"
git checkout --quiet --detach FETCH_HEAD
`;

/**
 * A Job of one pod and one try: clone, then build. The build step is given the source and the settings, pushes `IMAGE`,
 * and leaves `{"image": "<name>@<digest>"}` as its termination message; when it fails, its last lines are the message.
 */
export function buildJob(job: NewBuildJob, place: BuildPlace): V1Job {
  const labels = { ...managed, [BUILD]: job.key };
  return {
    metadata: { name: jobName(job.key), labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: job.timeoutSeconds + PLACING_SECONDS,
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          // The Job's own deadline deletes the pod and its log with it; the pod's keeps both.
          activeDeadlineSeconds: job.timeoutSeconds,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          initContainers: [cloneStep(job, place)],
          containers: [buildStep(job, place)],
          volumes: [
            { name: 'workspace', emptyDir: {} },
            ...(job.credential === undefined
              ? []
              : [{ name: 'credential', secret: { secretName: jobName(job.key), defaultMode: 0o400 } }]),
          ],
        },
      },
    },
  };
}

const step = (name: string, image: string) =>
  ({
    name,
    image,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [{ name: 'workspace', mountPath: WORKSPACE }],
  }) satisfies V1Container;

function cloneStep(job: NewBuildJob, place: BuildPlace): V1Container {
  const clone = step('clone', place.buildImage);
  return {
    ...clone,
    command: ['/bin/sh', '-c', cloneScript],
    env: [
      { name: 'CLONE_URL', value: literal(job.cloneUrl) },
      { name: 'COMMIT', value: literal(job.commit) },
      { name: 'GIT_ALLOW_PROTOCOL', value: 'https:http' },
      { name: 'GIT_TERMINAL_PROMPT', value: '0' },
      {
        name: 'GIT_CONFIG_GLOBAL',
        value: job.credential === undefined ? '/dev/null' : `${CREDENTIAL}/config`,
      },
    ],
    volumeMounts: [
      ...clone.volumeMounts,
      ...(job.credential === undefined
        ? []
        : [{ name: 'credential', mountPath: CREDENTIAL, readOnly: true }]),
    ],
  };
}

function buildStep(job: NewBuildJob, place: BuildPlace): V1Container {
  const repository = job.repository.toLowerCase();
  return {
    ...step('build', place.buildImage),
    command: ['cite-build'],
    env: [
      { name: 'SOURCE', value: `${WORKSPACE}/source` },
      { name: 'SETTINGS', value: literal(JSON.stringify(job.settings)) },
      { name: 'IMAGE', value: literal(`${place.imagePrefix}/${repository}:${jobName(job.key)}`) },
    ],
  };
}

/** Kubernetes expands `$(NAME)` in values; `$$` is a dollar. */
const literal = (text: string) => text.replaceAll('$', '$$$$');

/** A git configuration that gives the credential to the code host alone; the Job owns it. */
export function credentialSecret(job: NewBuildJob, credential: string, uid: string): V1Secret {
  const name = jobName(job.key);
  const basic = Buffer.from(`x-access-token:${credential}`).toString('base64');
  const config = `[http "${new URL(job.cloneUrl).origin}/"]\n\textraHeader = Authorization: Basic ${basic}\n`;
  return {
    metadata: {
      name,
      labels: { ...managed, [BUILD]: job.key },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid }],
    },
    immutable: true,
    stringData: { config },
  };
}
