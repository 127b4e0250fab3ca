import { z } from 'zod';
import { HOST_NAME, isOfCluster, MAX_HOST_NAME } from './host-name.ts';
import { noticeEvents } from './notice.ts';
import { sentence } from './plain-text.ts';

/** What everybody is shown: kubectl shows it as it is. RE2, which the CRD's patterns are for, reads it the same way. */
export const ONE_LINE = /^[^\x00-\x1f\x7f-\x9f]*$/;
const line = () => z.string().regex(ONE_LINE, 'must be one line without control characters');
/** A pattern for the CRD cannot name the marks that turn the direction of text around: they go when it is read. */
const shown = (text: string) => sentence(text);

const seconds = (initial: number, least: number, most: number) =>
  z.int().min(least).max(most).default(initial);

const probe = {
  periodSeconds: seconds(1, 1, 300).describe('Seconds between two probes.'),
  timeoutSeconds: seconds(1, 1, 300).describe('Seconds until a probe counts as failed.'),
  failureThreshold: z.int().min(1).max(100).default(3).describe('Failed probes in a row until not ready.'),
};

const handler = {
  http: z
    .strictObject({
      path: z
        .string()
        .regex(/^\/[\x21-\x7e]*$/, 'must start with / and hold no spaces')
        .max(1024)
        .describe('Path with its query, from the / on.'),
    })
    .optional()
    .describe('GET of this path on the port must answer 200 to 399.'),
  grpc: z
    .strictObject({
      service: z.string().max(253).default('').describe('Service to ask for. Empty: the server as a whole.'),
    })
    .optional()
    .describe('The gRPC health service on the port must answer SERVING.'),
  exec: z
    .strictObject({
      command: z
        .array(z.string().min(1).max(4096))
        .min(1)
        .max(64)
        .describe('Program and arguments. No shell reads them.'),
    })
    .optional()
    .describe('This command, run in the pod, must exit 0.'),
};

const check = z.strictObject({ ...handler, ...probe });

const quantity = (what: string, pattern: RegExp, example: string) =>
  z.string().regex(pattern, `must be a Kubernetes quantity such as ${example}`).optional().describe(what);

const amounts = z.strictObject({
  cpu: quantity('Cores, e.g. 500m.', /^(\d+(\.\d{1,3})?|\d+m)$/, '500m'),
  memory: quantity('Bytes, e.g. 256Mi.', /^\d+(Ki|Mi|Gi|k|M|G)?$/, '256Mi'),
});

/** No process can be given a NUL in a value. */
const envValue = z
  .string()
  .max(32_768)
  .regex(/^[^\x00]*$/, 'must hold no NUL');

/** Environment names as every shell takes them. PORT is the platform's (DESIGN §8). */
const environment = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be letters, digits and _'), envValue)
  .default({});

/** A git branch name as git-check-ref-format allows it, the whole of it: `feature/x`, never `x`. */
export const branchName = z
  .string()
  .min(1)
  .max(244)
  .refine(
    (name) =>
      !/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|^[/-]|\/$|\.$|\.lock(\/|$)|(^|\/)\./.test(name) && name !== '@',
    'must be a branch name that git accepts',
  );

export const repositoryName = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
    'must be owner/name as on the code host',
  );

/** What goes into an image. Two Apps with equal settings share one Build (DESIGN §2). */
export const buildSettings = z.strictObject({
  builder: z
    .enum(['auto', 'node', 'static', 'dockerfile'])
    .default('auto')
    .describe('How the image is made. auto: Dockerfile, else package.json (node), else index.html (static).'),
  context: z
    .string()
    .max(512)
    .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\x00-\x1f\\]*$/, 'must be a folder inside the repository')
    .default('.')
    .describe('Folder of the repository that is built.'),
  command: z.string().min(1).max(4096).optional().describe('Replaces the build script of package.json.'),
  output: z
    .string()
    .max(512)
    .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\x00-\x1f\\]+$/, 'must be a folder inside the context')
    .optional()
    .describe('Folder that a static site is served from, after the build.'),
  env: environment.describe('Environment of the build. Not for secrets: it is part of the build key.'),
});
export type BuildSettings = z.output<typeof buildSettings>;

export const secretName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'must be lower-case letters, digits, - and .');

const hostName = z
  .string()
  .max(MAX_HOST_NAME)
  .regex(HOST_NAME, 'must be a host name in lower case such as shop.example.com')
  .refine((name) => !isOfCluster(name), 'must not be a name inside the cluster');

const notification = z.strictObject({
  kind: z
    .enum(['slack', 'webhook'])
    .describe('slack: a message to an incoming webhook of Slack. webhook: signed JSON, for a program.'),
  secret: secretName.describe(
    'A Secret of the namespace: its url is where to, with its key a webhook is signed (whsec_ and base64).',
  ),
  events: z
    .array(z.enum(noticeEvents))
    .min(1)
    .max(noticeEvents.length)
    .default(['deployed', 'failed'])
    .describe('Verdicts of Changes that are told; held: a Change waits under a Hold.'),
});

export const hold = z.strictObject({
  by: line().min(1).max(256).overwrite(shown).describe('Who stopped automatic switching.'),
  why: line().max(1024).overwrite(shown).default('').describe('The reason that everybody is shown.'),
  at: z.iso.datetime().describe('Since when, as 2026-01-31T12:00:00Z.'),
  release: z.int().min(1).optional().describe('The release that the person asked to be live: a rollback.'),
  givenUp: z.int().min(1).optional().describe('The release that was asked for, and did not get ready.'),
});
export type Hold = z.output<typeof hold>;

/** How every state, status and screen says it. */
export const heldBy = ({ by, why }: Pick<Hold, 'by' | 'why'>) =>
  why ? `held by ${by}: ${why}` : `held by ${by}`;

/**
 * The one schema of an App: the API, the one-machine platform and (generated from it) the CRD validate with it.
 * `hold` and `redeploy` are wishes of a person: they live here so that no loss of the store loses them.
 */
export const appSpec = z
  .strictObject({
    repository: repositoryName.describe('owner/name on the code host.'),
    branch: branchName.describe('The branch that is deployed, whole: feature/x.'),
    build: buildSettings.prefault({}).describe('How the image is made, from the next push on.'),
    buildTimeoutSeconds: seconds(900, 10, 7200).describe(
      'Seconds. A build that takes longer is ended and has failed.',
    ),
    cancelSupersededBuilds: z
      .boolean()
      .default(false)
      .describe('End a build as soon as a newer push arrives, rather than finish it.'),
    image: z
      .string()
      .max(512)
      .regex(
        /^[a-z0-9][a-z0-9.-]*(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+:[A-Za-z0-9._-]*\{sha\}[A-Za-z0-9._-]*$/,
        'must look like registry/team/app:{sha}',
      )
      .optional()
      .describe('An external CI builds this image instead; {sha} is the commit. Needs at least one check.'),
    checks: z
      .array(line().min(1).max(255))
      .max(50)
      .default([])
      .describe('Commit statuses that must be green before a release.'),
    checksTimeoutSeconds: seconds(3600, 10, 86_400).describe(
      'Seconds. A Change whose checks are not green by then has failed.',
    ),
    port: z.int().min(1).max(65_535).default(8080).describe('Port that the app listens on; also in PORT.'),
    replicas: z.int().min(1).max(100).default(1).describe('Pods per release.'),
    expose: z
      .enum(['public', 'cluster', 'load-balancer'])
      .default('public')
      .describe(
        'Who reaches the app: everybody at its URL, only the cluster, or everybody at a load balancer of its own.',
      ),
    domains: z
      .array(hostName)
      .max(20)
      .default([])
      .refine((names) => new Set(names).size === names.length, 'must name each host once')
      .describe(
        'Host names of your own that lead to the app beside its URL, while it is public. The annotation' +
          ' cite.dev/domains of the Namespace must allow them.',
      ),
    readiness: check.prefault({}).describe('When a pod may take traffic. Default: TCP on the port.'),
    liveness: check.optional().describe('When a pod is restarted. Default: never while its process runs.'),
    minReadySeconds: seconds(1, 1, 600).describe('Seconds that a pod must stay ready before it counts.'),
    progressDeadlineSeconds: seconds(300, 5, 3600).describe(
      'Seconds. A release that is not ready by then has failed.',
    ),
    terminationGracePeriodSeconds: seconds(30, 0, 3600).describe('Seconds between SIGTERM and SIGKILL.'),
    env: environment.describe('Environment of the pods. PORT is set by the platform.'),
    secret: secretName
      .optional()
      .describe('A Secret of the namespace whose keys become environment. Each release keeps its own copy.'),
    resources: z
      .strictObject({
        requests: amounts.prefault({}).describe('What a node must have free for a pod.'),
        limits: amounts.prefault({}).describe('What a pod gets at most. Over the memory it is ended.'),
      })
      .prefault({})
      .describe('CPU and memory per pod.'),
    retention: z
      .strictObject({
        standbySeconds: seconds(3600, 0, 30 * 86_400).describe(
          'Seconds that a replaced release stays warm: rollback to it is instant.',
        ),
        releases: z.int().min(1).max(100).default(10).describe('How many old releases are kept at 0 pods.'),
      })
      .prefault({})
      .describe('What the sweep keeps.'),
    notifications: z
      .array(notification)
      .max(5)
      .default([])
      .refine(
        (all) => new Set(all.map(({ secret }) => secret)).size === all.length,
        'must name each Secret once',
      )
      .describe('Who is told of its Changes, beside the code host (docs/notifications.md).'),
    hold: hold
      .optional()
      .describe('A visible stop of automatic switching: pushes are built, and wait. Remove it to go on.'),
    redeploy: z
      .strictObject({
        id: line().min(1).max(64).describe('Any text that was not used before.'),
        by: line().min(1).max(256).describe('Who wants it.'),
      })
      .optional()
      .describe('A wish to run the same commit anew; each id is one redeploy.'),
  })
  .describe('What is deployed, how it is built and how it runs. Only repository and branch must be given.')
  .refine((spec) => !spec.image || spec.checks.length > 0, {
    path: ['checks'],
    message: 'must name the check that says that the image is there, because image is set',
  })
  .refine((spec) => spec.progressDeadlineSeconds > spec.minReadySeconds, {
    path: ['progressDeadlineSeconds'],
    message: 'must be more than minReadySeconds, or no release could be ready in time',
  })
  .refine((spec) => !('PORT' in spec.env), { path: ['env', 'PORT'], message: 'must not be set: use port' })
  .refine(
    (spec) =>
      [spec.readiness, spec.liveness].every((c) => !c || [c.http, c.grpc, c.exec].filter(Boolean).length < 2),
    {
      path: ['readiness'],
      message: 'must have at most one of http, grpc and exec',
    },
  );
export type AppSpec = z.output<typeof appSpec>;
export type AppSpecInput = z.input<typeof appSpec>;
export type Check = AppSpec['readiness'];
