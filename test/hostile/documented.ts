import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Answer } from '../functions/console/world.ts';

/** A schema of JSON Schema 2020-12, as far as it is read here. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

export interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

/** What the document says of one route. */
export interface Described {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** A time as every answer writes it. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Says what of an answer the document of the API does not say; undefined: it says all. */
export function checkerOf({ components }: Document) {
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': INSTANT } });
  const schemas = Object.fromEntries(
    Object.entries(components.schemas).map(([name, schema]) => [name, inside(schema)]),
  );
  const compiled = new Map<Schema, ValidateFunction>();
  const validatorOf = (schema: Schema) => {
    const known = compiled.get(schema) ?? ajv.compile({ ...closed(schema), components: { schemas } });
    compiled.set(schema, known);
    return known;
  };

  return ({ responses }: Described, answer: Answer): string | undefined => {
    const { status, headers, body, text } = answer;
    // A problem may have any status of its kind; a success is what it is for.
    const response = responses[status] ?? (status >= 400 ? responses.default : undefined);
    if (!response) return `${status} is not documented`;
    if (!response.content) return text === '' ? undefined : 'a body is not documented';
    const type = `${headers['content-type']}`.split(';')[0] ?? '';
    const content = response.content[type];
    if (!content) return `${type} is not documented`;
    const validate = validatorOf(content.schema);
    if (validate(body ?? text)) return undefined;
    return ajv.errorsText(validate.errors?.slice(0, 3));
  };
}

/** What the document does not name is not in the answer: of each object it is asked, but for what another one extends. */
const closed = (schema: Schema): object => ({ ...inside(schema), unevaluatedProperties: false });

function inside(schema: Schema): object {
  const { properties, items, additionalProperties, allOf, anyOf, oneOf } = schema;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, closed(one)])),
    }),
    ...(items && { items: closed(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: closed(additionalProperties) }),
    ...(allOf && { allOf: allOf.map(inside) }),
    ...(anyOf && { anyOf: anyOf.map(inside) }),
    ...(oneOf && { oneOf: oneOf.map(inside) }),
  };
}
