import { z } from 'zod';
import { type AppSpec, appSpec } from '../../../shared/domain/app-spec.ts';
import { echo } from '../echo.ts';
import { invalid } from '../problem.ts';

/** A setting that the form of an App has a field for. */
export interface Field {
  /** In the spec: `retention.releases`. Also its name in the form, and in what the schema refuses. */
  readonly path: string;
  readonly label: string;
  readonly kind: 'number' | 'switch' | 'choice' | 'lines' | 'pairs' | 'text';
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

function kindOf({ type, enum: choices }: Schema): Field['kind'] {
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
      return 'text';
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
    ['expose', 'Reached by'],
    ['domains', 'Domains'],
    ['retention.standbySeconds', 'Standby time'],
    ['retention.releases', 'Old releases kept'],
  ),
  group(
    'How its pods run',
    'Becomes a new release, which starts beside what is live and takes over when it is ready.',
    ['port', 'Port'],
    ['env', 'Environment'],
    ['secret', 'Secret'],
    ['resources.requests.cpu', 'CPU requested'],
    ['resources.requests.memory', 'Memory requested'],
    ['resources.limits.cpu', 'CPU limit'],
    ['resources.limits.memory', 'Memory limit'],
    ['readiness.http.path', 'Ready when this path answers'],
    ['readiness.periodSeconds', 'Time between two readiness probes'],
    ['readiness.timeoutSeconds', 'Patience of a readiness probe'],
    ['readiness.failureThreshold', 'Failed readiness probes'],
    ['minReadySeconds', 'Time that a pod must stay ready'],
    ['progressDeadlineSeconds', 'Time to get ready'],
    ['terminationGracePeriodSeconds', 'Time to end'],
  ),
  group(
    'What is deployed',
    'Counts from the next push on. The head of another branch is deployed at once.',
    ['branch', 'Branch'],
    ['build.builder', 'Builder'],
    ['build.context', 'Folder'],
    ['build.command', 'Build command'],
    ['build.output', 'Folder of a static site'],
    ['build.env', 'Environment of the build'],
    ['buildTimeoutSeconds', 'Time to build'],
    ['cancelSupersededBuilds', 'End superseded builds'],
    ['image', 'Image of an external CI'],
    ['checks', 'Checks'],
    ['checksTimeoutSeconds', 'Time for the checks'],
  ),
];

export const FIELDS = GROUPS.flatMap(({ fields }) => fields);

/** The names of the two fields of a pair, as often in the form as there are pairs. */
export const pairOf = (path: string) => ({ name: `${path}.name`, value: `${path}.value` });

/** The form as it is for these settings. */
export function formOf(settings: AppSpec): FormData {
  const form = new FormData();
  for (const { path, kind } of FIELDS) {
    const value = valueAt(settings, path);
    if (value === undefined) continue;
    if (kind === 'pairs') {
      const pair = pairOf(path);
      for (const [name, text] of Object.entries(value as Readonly<Record<string, string>>)) {
        form.append(pair.name, name);
        form.append(pair.value, text);
      }
    } else if (kind === 'lines') form.set(path, (value as readonly string[]).join('\n'));
    else if (kind !== 'switch') form.set(path, String(value));
    else if (value === true) form.set(path, 'on');
  }
  return form;
}

/** What a form asks for, as a merge patch of these settings (RFC 7396). The schema judges what is in it. */
export function patchOf(form: FormData, settings: AppSpec): Readonly<Record<string, unknown>> {
  const patch: Record<string, unknown> = {};
  for (const { path, kind } of FIELDS) {
    const text = textOf(form.get(path)).trim();
    if (kind === 'pairs') {
      const before = valueAt(settings, path) as Readonly<Record<string, string>>;
      put(patch, path, pairs(form, path, before));
    } else if (kind === 'lines')
      put(
        patch,
        path,
        text
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean),
      );
    else if (kind === 'switch') put(patch, path, text !== '');
    else if (text === '') put(patch, WITHOUT.get(path) ?? path, null);
    else put(patch, path, kind === 'number' && /^-?\d{1,15}$/.test(text) ? Number(text) : text);
  }
  return patch;
}

/** What goes with a setting that is left empty: a readiness by HTTP is none without its path. */
const WITHOUT: ReadonlyMap<string, string> = new Map([['readiness.http.path', 'readiness.http']]);

/** The names that are gone are removed: a merge patch leaves alone what it does not name. */
function pairs(
  form: FormData,
  path: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string | null>> {
  const pair = pairOf(path);
  const values = form.getAll(pair.value).map(textOf);
  const after = new Map<string, string | null>(Object.keys(before).map((name) => [name, null]));
  const seen = new Set<string>();
  for (const [i, entry] of form.getAll(pair.name).entries()) {
    const name = textOf(entry).trim();
    if (name === '') continue;
    if (seen.has(name)) throw invalid(path, `has ${echo(name)} twice`, 'Leave one of them out.');
    if (name === '__proto__') throw invalid(path, 'cannot have this name', 'Give another one.');
    const was = before[name];
    const value = values[i] ?? '';
    after.set(name, was !== undefined && asSent(was) === value ? was : value);
    seen.add(name);
  }
  return Object.fromEntries(after);
}

/** A browser sends every end of a line as CR LF. */
const asSent = (text: string) => text.replaceAll(/\r\n?/g, '\n');
const textOf = (entry: File | string | null) => (typeof entry === 'string' ? asSent(entry) : '');

const valueAt = (settings: AppSpec, path: string) =>
  path
    .split('.')
    .reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>> | undefined)?.[name], settings);

function put(patch: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let at = patch;
  for (const name of names) {
    at[name] ??= {};
    at = at[name] as Record<string, unknown>;
  }
  at[last] = value;
}
