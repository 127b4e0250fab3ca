import { dirname } from 'node:path';
import type { V1Container, V1Job, V1Secret } from '@kubernetes/client-node';
import type { NewBuildJob } from '../../ports/cluster.ts';
import { buildScript, cloneScript, SOURCE, WAITING_FOR_REGISTRY } from './build-script.ts';
import { nodeDockerfile, staticDockerfile } from './dockerfiles.ts';
import { BUILD, managed } from './objects.ts';

export interface BuildPlace {
  /** Namespace of the Jobs. No tenant has rights in it. */
  readonly buildNamespace: string;
  /** Image of both steps: git and BuildKit, such as moby/buildkit. */
  readonly buildImage: string;
  /** Where images are pushed: `registry/path`; the repository's name and the tag `b-<key>` are added. */
  readonly imagePrefix: string;
  /** `dedicated`: only on nodes with the label `cite.dev/builds=true`. */
  readonly buildNodes: 'any' | 'dedicated';
  /** False: root in a build is nobody on its node, where the cluster has user namespaces. */
  readonly buildHostUsers: boolean;
}

export const jobName = (key: string) => `b-${key}`;

/** Beyond the build's own time: until then a pod must have been placed and its images pulled. */
const PLACING_SECONDS = 10;
/** A result that nobody has read by then is forgotten; deleteBuildJob forgets it sooner. */
const KEPT_SECONDS = 86_400;

const CREDENTIAL = '/credential';
/** What an operator may put into the build Namespace: who may push, and BuildKit's mirrors and registries. */
const REGISTRY_SECRET = 'cite-registry';
const BUILDKIT_CONFIG = 'cite-buildkit';
/** Taint of nodes that are for builds alone. */
const BUILD_TAINT = 'cite.dev/builds';

/**
 * A Job of one pod and one try: clone, then build. The build step pushes the image and leaves
 * `{"image": "<name>@<digest>"}` as its termination message; when it fails, its last lines are the message.
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
          hostUsers: place.buildHostUsers,
          ...(place.buildNodes === 'dedicated' ? { nodeSelector: { [BUILD_TAINT]: 'true' } } : {}),
          tolerations: [{ key: BUILD_TAINT, operator: 'Exists' }],
          initContainers: [cloneStep(job, place)],
          containers: [buildStep(job, place)],
          volumes: [
            { name: 'workspace', emptyDir: {} },
            { name: 'buildkit', emptyDir: {} },
            { name: 'buildkit-config', configMap: { name: BUILDKIT_CONFIG, optional: true } },
            {
              name: 'registry',
              secret: {
                secretName: REGISTRY_SECRET,
                optional: true,
                items: [{ key: '.dockerconfigjson', path: 'config.json' }],
              },
            },
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
    volumeMounts: [{ name: 'workspace', mountPath: dirname(SOURCE) }],
  }) satisfies V1Container;

function cloneStep(job: NewBuildJob, place: BuildPlace): V1Container {
  const clone = step('clone', place.buildImage);
  return {
    ...clone,
    command: ['/bin/sh', '-c', cloneScript],
    env: environment({
      CLONE_URL: job.cloneUrl,
      COMMIT: job.commit,
      GIT_ALLOW_PROTOCOL: 'https:http',
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: job.credential === undefined ? '/dev/null' : `${CREDENTIAL}/config`,
    }),
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      ...clone.volumeMounts,
      ...(job.credential === undefined
        ? []
        : [{ name: 'credential', mountPath: CREDENTIAL, readOnly: true }]),
    ],
  };
}

function buildStep(job: NewBuildJob, place: BuildPlace): V1Container {
  const { settings } = job;
  const name = `${place.imagePrefix}/${job.repository.toLowerCase()}`;
  const buildArgs = Object.entries(settings.env).flatMap(([key, value]) => [
    '--opt',
    `build-arg:${key}=${value}`,
  ]);
  const build = step('build', place.buildImage);
  return {
    ...build,
    command: ['/bin/sh', '-c', buildScript, 'build', ...buildArgs.map(literal)],
    env: environment({
      BUILDER: settings.builder,
      CONTEXT: settings.context,
      NODE_DOCKERFILE: nodeDockerfile(settings),
      STATIC_DOCKERFILE: staticDockerfile(settings),
      IMAGE: `${name}:${jobName(job.key)}`,
      // Of the repository: what one branch has built serves the others.
      CACHE: `${name}:cache`,
      DOCKER_CONFIG: '/registry',
    }),
    // Not ready: it waits for the registry. Nobody is routed to it; it is how a pod tells without an API (build-job-waiting.ts).
    readinessProbe: {
      exec: { command: ['test', '!', '-e', WAITING_FOR_REGISTRY] },
      periodSeconds: 2,
      // A node that builds is slow to answer.
      timeoutSeconds: 10,
      failureThreshold: 2,
    },
    // BuildKit mounts file systems and starts containers (docs/builds.md says what that means).
    securityContext: { privileged: true },
    volumeMounts: [
      ...build.volumeMounts,
      { name: 'buildkit', mountPath: '/var/lib/buildkit' },
      { name: 'buildkit-config', mountPath: '/etc/buildkit', readOnly: true },
      { name: 'registry', mountPath: '/registry', readOnly: true },
    ],
  };
}

const environment = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, value]) => ({ name, value: literal(value) }));

/** Kubernetes expands `$(NAME)` in values and arguments; `$$` is a dollar. */
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
