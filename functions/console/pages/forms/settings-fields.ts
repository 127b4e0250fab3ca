import { z } from 'zod';
import { appSpec } from '../../../../shared/domain/app-spec.ts';

/** A setting that the form of an App has a field for. */
export interface Field {
  /** In the spec: `retention.releases`. Also its name in the form, and in what the schema refuses. */
  readonly path: string;
  readonly label: string;
  readonly kind: 'number' | 'switch' | 'choice' | 'lines' | 'pairs' | 'text' | 'block';
  /** What it is for, in the schema's words. */
  readonly hint: string;
  readonly choices: readonly string[];
  /** What it is where nothing is given; undefined: then there is none. */
  readonly initial: string | undefined;
}

interface Group {
  readonly title: string;
  /** When a change of one of them can be seen. */
  readonly effect: string;
  readonly fields: readonly Field[];
}

/** The part of JSON Schema that an App's spec is made of. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const spec = z.toJSONSchema(appSpec, { io: 'input' }) as Schema;

function schemaAt(path: string): Schema {
  const found = path.split('.').reduce<Schema | undefined>((at, name) => at?.properties?.[name], spec);
  if (!found) throw new Error(`an App has no setting ${path}`);
  return found;
}

const field = ([path, label]: readonly [string, string]): Field => {
  const schema = schemaAt(path);
  return {
    path,
    label,
    kind: kindOf(schema),
    hint: schema.description ?? '',
    choices: schema.enum ?? [],
    initial: ['string', 'number'].includes(typeof schema.default) ? String(schema.default) : undefined,
  };
};

/** Longer texts may have several lines, which a browser takes out of an <input>. */
const LONGEST_LINE = 1024;

function kindOf({ type, enum: choices, maxLength = 0 }: Schema): Field['kind'] {
  if (choices) return 'choice';
  switch (type) {
    case 'integer':
      return 'number';
    case 'boolean':
      return 'switch';
    case 'array':
      return 'lines';
    case 'object':
      return 'pairs';
    default:
      return maxLength > LONGEST_LINE ? 'block' : 'text';
  }
}

const group = (title: string, effect: string, ...fields: readonly (readonly [string, string])[]): Group => ({
  title,
  effect,
  fields: fields.map(field),
});

/** By what becomes of a change: a person should know before, not after. */
export const GROUPS: readonly Group[] = [
  group(
    'How much of it runs, and for whom',
    'Applies at once, in place.',
    ['replicas', 'Replicas'],
    ['expose', 'Exposed to'],
    ['domains', 'Domains'],
    ['retention.standbySeconds', 'Standby time'],
    ['retention.releases', 'Old releases kept'],
  ),
  group(
    'When it may go live',
    'Applies at once, to Changes that wait as well.',
    ['checks', 'Checks'],
    ['checksTimeoutSeconds', 'Checks timeout'],
  ),
  group(
    'How its pods run',
    'Becomes a new release, which starts beside what is live and takes over when it is ready.',
    ['port', 'Port'],
    ['env', 'Environment'],
    ['secret', 'Secret'],
    ['resources.requests.cpu', 'CPU request'],
    ['resources.requests.memory', 'Memory request'],
    ['resources.limits.cpu', 'CPU limit'],
    ['resources.limits.memory', 'Memory limit'],
    ['readiness.http.path', 'Readiness path'],
    ['readiness.periodSeconds', 'Readiness period'],
    ['readiness.timeoutSeconds', 'Readiness timeout'],
    ['readiness.failureThreshold', 'Readiness failure threshold'],
    ['minReadySeconds', 'Minimum ready time'],
    ['progressDeadlineSeconds', 'Progress deadline'],
    ['terminationGracePeriodSeconds', 'Termination grace period'],
  ),
  group(
    'What is deployed',
    'Counts from the next push on. The head of another branch is deployed at once.',
    ['branch', 'Branch'],
    ['build.builder', 'Builder'],
    ['build.context', 'Build context'],
    ['build.command', 'Build command'],
    ['build.output', 'Build output'],
    ['build.env', 'Build environment'],
    ['buildTimeoutSeconds', 'Build timeout'],
    ['cancelSupersededBuilds', 'Cancel superseded builds'],
    ['image', 'Image of an external CI'],
  ),
];

export const FIELDS = GROUPS.flatMap(({ fields }) => fields);
