/** A rule in CEL that the API server evaluates, with the words that the person reads. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
}

/** What JSON Schema cannot say, or RE2 cannot match, of the value at a path (`build.env`; elements of an array: `checks[]`). */
export interface Supplement {
  readonly rules?: readonly Rule[];
  /** Replaces a pattern that needs what RE2 lacks; the rules must say the rest. null: there is none. */
  readonly pattern?: string | null;
  /** Bounds that let the API server estimate what a rule costs. */
  readonly bounds?: { readonly maxProperties?: number; readonly maxLength?: number };
}

type Schema = Readonly<Record<string, unknown>>;

/** Keywords that mean the same in a structural schema of Kubernetes. */
const kept = [
  'type',
  'description',
  'default',
  'enum',
  'format',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'maxProperties',
  'required',
];
/** Said otherwise: objects prune what they do not know; names of properties are a rule. */
const dropped = ['$schema', 'propertyNames'];

/** The structural schema for a JSON schema; throws on what it cannot say, rather than leave it out. */
export function structuralSchema(
  schema: Schema,
  supplements: Readonly<Record<string, Supplement>>,
): Record<string, unknown> {
  const used = new Set<string>();
  const result = convert(schema, '', supplements, used);
  const unused = Object.keys(supplements).filter((path) => !used.has(path));
  if (unused.length > 0) throw new Error(`there is nothing at ${unused.join(', ')}`);
  return result;
}

function convert(
  schema: Schema,
  path: string,
  supplements: Readonly<Record<string, Supplement>>,
  used: Set<string>,
): Record<string, unknown> {
  const { rules, pattern, bounds } = supplements[path] ?? {};
  if (path in supplements) used.add(path);
  const inner = (value: unknown, at: string) => convert(value as Schema, at, supplements, used);
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'default' && isEmpty(value)) continue;
    if (kept.includes(keyword)) result[keyword] = value;
    else if (keyword === 'pattern') {
      if (pattern === undefined) result.pattern = checkedPattern(String(value), path);
    } else if (keyword === 'properties')
      result.properties = Object.fromEntries(
        Object.entries(value as Schema).map(([name, property]) => [
          name,
          inner(property, path === '' ? name : `${path}.${name}`),
        ]),
      );
    else if (keyword === 'items') result.items = inner(value, `${path}[]`);
    else if (keyword === 'additionalProperties') {
      if (value !== false) result.additionalProperties = inner(value, `${path}.*`);
    } else if (!dropped.includes(keyword)) throw new Error(`${keyword} at ${path} has no structural form`);
  }
  if ('propertyNames' in schema && !rules)
    throw new Error(`the names of the properties at ${path} need a rule`);
  if (pattern) result.pattern = pattern;
  return { ...result, ...bounds, ...(rules ? { 'x-kubernetes-validations': rules } : {}) };
}

/**
 * An empty list says no more than an absent one: written into every object it would only be a field that functions of the
 * version before, which still run when the CRD is new, do not know.
 */
const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;

/** RE2 has neither look-around nor back-references. */
function checkedPattern(pattern: string, path: string): string {
  if (/\(\?<?[=!]|\\[1-9]/.test(pattern))
    throw new Error(`the pattern at ${path} needs another form for RE2`);
  return pattern;
}
