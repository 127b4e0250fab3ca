import fc, { type Arbitrary } from 'fast-check';
import { bodies, values } from './corpus/json.ts';
import { texts } from './corpus/texts.ts';
import type { Described, Document, Parameter, Schema } from './documented.ts';

/** One request as it goes over the wire. */
export interface Request {
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const hostileTexts = fc.oneof(
  fc.constantFrom(...Object.values(texts), '', '__proto__', 'constructor', '..', '0', '-1', '1e999', 'null'),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const hostileValues = fc.oneof(
  fc.constantFrom(...values),
  hostileTexts,
  fc.double(),
  fc.maxSafeInteger(),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Fields of an object that may be left out, and are not. */
const MOST_OPTIONAL = 2;

/** Texts that schemas with patterns of their own take. */
const KNOWN = ['acme/shop', 'acme/none', '.', 'src', '/', '/health', 'a', 'main', '2026-01-31T12:00:00Z'];

/** What the document says that a value may be. `given`: values for fields of these names, which lead to something. */
function valuesOf(
  schema: Schema,
  { components }: Document,
  given: Readonly<Record<string, readonly unknown[]>>,
): Arbitrary<unknown> {
  const of = (one: Schema): Arbitrary<unknown> => {
    if (one.$ref !== undefined) return of(components.schemas[one.$ref.split('/').at(-1) ?? ''] ?? {});
    if (one.const !== undefined) return fc.constant(one.const);
    if (one.enum) return fc.constantFrom(...one.enum);
    const choices = one.anyOf ?? one.oneOf;
    if (choices) return fc.oneof(...choices.map(of));
    const types = [one.type ?? []].flat();
    return types.length === 0 ? hostileValues : fc.oneof(...types.map((type) => ofType(type, one)));
  };
  const ofType = (type: string, one: Schema): Arbitrary<unknown> => {
    switch (type) {
      case 'string':
        return stringsOf(one);
      case 'integer':
        return fc.oneof(
          fc.integer({ min: one.minimum ?? -10, max: Math.min(one.maximum ?? 10, 2 ** 31 - 1) }),
          fc.integer({ min: one.minimum ?? 0, max: Math.max(one.minimum ?? 0, 3) }),
        );
      case 'number':
        return fc.double({ noNaN: true });
      case 'boolean':
        return fc.boolean();
      case 'array':
        return fc.array(of(one.items ?? {}), { minLength: one.minItems ?? 0, maxLength: 3 });
      case 'object':
        return objectsOf(one);
      default:
        return fc.constant(null);
    }
  };
  const objectsOf = ({ properties = {}, required = [], additionalProperties }: Schema) => {
    const fields = Object.fromEntries(
      Object.entries(properties).map(([name, one]) => {
        const known = given[name];
        const any = { weight: 1, arbitrary: of(one) };
        return [
          name,
          known ? fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...known) }, any) : any.arbitrary,
        ];
      }),
    );
    const named = few(fields, required);
    if (typeof additionalProperties !== 'object') return named;
    const others = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), of(additionalProperties), {
      maxKeys: 3,
    });
    return fc.tuple(others, named).map(([more, own]) => ({ ...more, ...own }));
  };
  return of(schema);
}

function stringsOf({ pattern, minLength = 0, maxLength = 40 }: Schema): Arbitrary<string> {
  const text = fc.string({
    minLength,
    maxLength: Math.max(minLength, Math.min(maxLength, 40)),
    unit: 'grapheme',
  });
  if (pattern === undefined) return fc.oneof(text, fc.constantFrom(...KNOWN));
  const wanted = new RegExp(pattern);
  const known = KNOWN.filter((one) => wanted.test(one));
  const all = known.length > 0 ? [fc.constantFrom(...known)] : [];
  try {
    return fc.oneof(...all, fc.stringMatching(wanted));
  } catch {
    // It looks ahead: what it takes cannot be made from it.
    return all[0] ?? text;
  }
}

/** All that is required, and a few of the rest: what has everything is refused for something. */
const few = (fields: Readonly<Record<string, Arbitrary<unknown>>>, required: readonly string[] = []) => {
  const others = Object.keys(fields).filter((name) => !required.includes(name));
  const some = fc.subarray(others, { maxLength: Math.min(MOST_OPTIONAL, others.length) });
  return some.chain((optional) => {
    const chosen = [...required, ...optional].map(
      (name) => [name, fields[name] ?? fc.constant(null)] as const,
    );
    return fc.record(Object.fromEntries(chosen), { noNullPrototype: true });
  });
};

/** Requests of one route: such as the document describes, and such as nobody should send. */
export function requestsOf(
  document: Document,
  path: string,
  { parameters = [], requestBody }: Described,
  given: Readonly<Record<string, readonly unknown[]>>,
): Arbitrary<Request> {
  const valueFor = ({ name, schema }: Parameter) => {
    const known = given[name];
    return fc.oneof(
      ...(known ? [{ weight: 8, arbitrary: fc.constantFrom(...known) }] : []),
      { weight: 4, arbitrary: valuesOf(schema, document, given) },
      { weight: 1, arbitrary: hostileTexts },
    );
  };
  const of = (place: Parameter['in']) => parameters.filter((one) => one.in === place);
  const pathValues = fc.record(Object.fromEntries(of('path').map((one) => [one.name, valueFor(one)])));
  const headers = fc.record(
    Object.fromEntries(of('header').map((one) => [one.name, valueFor(one).map(headerText)])),
    { requiredKeys: [] },
  );
  const query = fc.tuple(
    few(Object.fromEntries(of('query').map((one) => [one.name, valueFor(one)]))),
    fc.array(fc.tuple(fc.constantFrom('by', 'unknown', '__proto__', 'limit', 'app'), hostileTexts), {
      maxLength: 1,
    }),
    fc.nat(9).map((one) => one === 0),
  );
  const body = requestBody ? bodiesOf(requestBody.content, document, given) : fc.constant({ body: '' });
  return fc.record({ pathValues, headers, query, body }).map(({ pathValues, headers, query, body }) => ({
    path: `${path.replace(/\{(\w+)\}/g, (_, name) => segment(pathValues[name]))}${queryText(query)}`,
    headers: { ...headers, ...('type' in body && body.type !== '' ? { 'content-type': body.type } : {}) },
    body: body.body,
  }));
}

const textOf = (value: unknown) => `${value ?? ''}`.toWellFormed().slice(0, 2000);

/** The client itself resolves dots: as a segment they must be told apart from steps of a path. */
const segment = (value: unknown) => encodeURIComponent(textOf(value) || ' ').replace(/^\.+$/, '%2E%2E');

/** Node's client sends no other characters. */
const headerText = (value: unknown) => textOf(value).replace(/[^\x20-\x7e]/g, '?');

type Query = readonly [object, readonly (readonly [string, string])[], boolean];

function queryText([named, more, twice]: Query): string {
  const all = [...Object.entries(named), ...more].map(
    ([name, value]) => [name, textOf(value)] as [string, string],
  );
  // Twice is once too often: seldom enough that what else is wrong is found, too.
  const sent = twice && more.length > 0 ? [...all, ...all.slice(0, 1)] : all;
  const text = new URLSearchParams(sent).toString();
  return text === '' ? '' : `?${text}`;
}

interface Body {
  readonly body: string;
  readonly type: string;
}

/** As the schema has it; with a field of another kind, one too few or one too many; cut off; no JSON; of another type. */
function bodiesOf(
  content: NonNullable<Described['requestBody']>['content'],
  document: Document,
  given: Readonly<Record<string, readonly unknown[]>>,
): Arbitrary<Body> {
  const [type = '', ...others] = Object.keys(content);
  const { schema = {} } = content[type] ?? {};
  // What is only said to be an object is a patch of an App's settings.
  const isSaid = schema.$ref !== undefined || schema.properties !== undefined;
  const said = isSaid ? schema : (document.components.schemas.AppSpec ?? {});
  const good = valuesOf(said, document, given) as Arbitrary<Record<string, unknown>>;
  const spoilt = fc
    .tuple(good, fc.nat(), hostileValues, fc.constantFrom('replace', 'remove', 'add', 'prototype'))
    .map(([value, at, bad, how]) => {
      const keys = Object.keys(value);
      const name = keys[at % Math.max(1, keys.length)] ?? 'by';
      if (how === 'add') return JSON.stringify({ ...value, [`x${at % 3}`]: bad });
      if (how === 'remove') return JSON.stringify({ ...value, [name]: undefined });
      if (how === 'replace') return JSON.stringify({ ...value, [name]: bad });
      return JSON.stringify(value).replace('{', '{"__proto__":{"isAdmin":true},').replace(',}', '}');
    });
  const asJson = good.map((value) => JSON.stringify(value));
  const cut = fc.tuple(asJson, fc.nat()).map(([text, at]) => text.slice(0, at % Math.max(1, text.length)));
  const text = fc.oneof(
    { weight: 6, arbitrary: asJson },
    { weight: 4, arbitrary: spoilt },
    { weight: 1, arbitrary: cut },
    { weight: 1, arbitrary: fc.constantFrom(...Object.values(bodies).filter((one) => one.length < 10_000)) },
  );
  const types = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(type, ...others) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', 'text/plain', 'multipart/form-data; boundary=x', 'application/xml', '/'),
    },
  );
  return fc.record({ body: text, type: types });
}
