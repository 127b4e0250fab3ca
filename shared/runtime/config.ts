import { z } from 'zod';

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);
const secret = z.string().trim().min(16, 'must have at least 16 characters, or it can be guessed');
const address = z
  .url({ protocol: /^https?$/ })
  // An address is told and logged where it cannot be reached; the token has a variable of its own.
  .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), 'must hold no user or password')
  .transform((url) => url.replace(/\/+$/, ''));

const yesOrNo = z.stringbool({ truthy: ['true'], falsy: ['false'] });

/** Every variable that any function reads, and what it is for. Nothing else in functions/ or shared/ reads the environment. */
const variables = {
  /** State store: redis://user:password@host:6379/0 */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Where events go: the address of the Broker. */
  BROKER_URL: address,
  GITHUB_API_URL: address.prefault('https://api.github.com'),
  GITHUB_CLONE_URL: address.prefault('https://github.com'),
  GITHUB_TOKEN: secret,
  /** Of the GitHub App, or OAuth App, that people sign in with; both or none. */
  GITHUB_CLIENT_ID: z.string().trim().min(1).optional(),
  GITHUB_CLIENT_SECRET: secret.optional(),
  /** Who may do what is of the whole platform: GitHub logins and `organization/team`s, comma separated. */
  ADMINS: list.prefault(''),
  /** Owners of repositories that who pushes to them may register, comma separated; others need a Namespace that names them. */
  REPOSITORY_OWNERS: list.prefault(''),
  /** Secret that GitHub signs webhooks with; and the one before it, while it is being replaced. */
  WEBHOOK_SECRET: secret,
  WEBHOOK_SECRET_BEFORE: secret.optional(),
  /** Public address of receiveWebhook, as given to GitHub. */
  WEBHOOK_URL: address,
  /** Public address of the console: where links in commit statuses lead. */
  CONSOLE_URL: address,
  /**
   * Address ranges (10.20.0.0/16,fd00::/8) that notifications may go to although they are not public; there plain http is
   * taken, too. None when unset.
   */
  NOTIFY_PRIVATE_RANGES: list.prefault('').pipe(z.array(z.union([z.cidrv4(), z.cidrv6()]))),
  /** Bearer token of the API. */
  API_TOKEN: secret,
  /** GitHub user that is made a collaborator of every repository; none when unset. */
  DEPLOY_BOT: z.string().min(1).optional(),
  /** Registries that an App's own images may come from, comma separated. None when unset. */
  ALLOWED_REGISTRIES: list.prefault(''),
  /** Namespace of the platform itself: no App may be in it. */
  PLATFORM_NAMESPACE: z.string().min(1).prefault('cite-system'),
  BUILD_NAMESPACE: z.string().min(1).prefault('cite-builds'),
  /** Registry and path that builds are pushed to: registry.example.com/cite */
  BUILD_REGISTRY: z.string().min(1),
  /** Image of the build steps: git and BuildKit. */
  BUILD_IMAGE: z.string().min(1),
  /** `dedicated`: builds run on nodes with the label cite.dev/builds=true alone. */
  BUILD_NODES: z.enum(['any', 'dedicated']).prefault('any'),
  /** `false`: builds run in a user namespace of their own; the cluster must have them. */
  BUILD_HOST_USERS: yesOrNo.prefault('true'),
  /** `true`: pods pull images with copies of the Secret cite-pull of the platform's Namespace. */
  PULL_SECRET: yesOrNo.prefault('false'),
  /** Where an App is reached, with {name} and {namespace} in it. Default: its Service, inside the cluster. */
  APP_URL: z
    .string()
    .regex(
      /^https?:\/\/[^/]*(\{name\}[^/{]*\.[^/{]*\{namespace\}|\{namespace\}[^/{]*\.[^/{]*\{name\})/,
      'must be an http address with {name} and {namespace} in its host, a dot between them',
    )
    .prefault('http://{name}.{namespace}.svc.cluster.local'),
  /** Where the function listens; Knative sets it. */
  PORT: z.coerce.number().int().min(0).max(65_535).prefault(8080),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).prefault('info'),
};

export type Variable = keyof typeof variables;
export type Config<V extends Variable = Variable> = { readonly [K in V]: z.output<(typeof variables)[K]> };

/** Thrown once for all that is wrong with the environment: each line names the variable and the remedy. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** The named variables of an environment record, checked. An empty one counts as not set. */
export function readConfig<V extends Variable>(
  env: Readonly<Record<string, string | undefined>>,
  names: readonly V[],
): Config<V> {
  const faults: string[] = [];
  const config: Partial<Record<Variable, unknown>> = {};
  for (const name of new Set(names)) {
    const given = env[name] === '' ? undefined : env[name];
    const parsed = variables[name].safeParse(given);
    if (parsed.success) config[name] = parsed.data;
    else if (given === undefined) faults.push(`${name} is not set: set it in the function's manifest`);
    else faults.push(`${name} is not valid: ${parsed.error.issues.map((issue) => issue.message).join(', ')}`);
  }
  if (faults.length > 0) throw new ConfigError(`The environment is not complete:\n  ${faults.join('\n  ')}`);
  return config as Config<V>;
}
