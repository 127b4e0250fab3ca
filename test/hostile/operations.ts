/** One route of the API as its document has it. */
export interface Operation {
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  /** Names of the parameters of its query. */
  readonly query: readonly string[];
  /** Names of the fields of its body; undefined: it takes none. */
  readonly properties?: readonly string[];
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: object;
}

/** What the document of the API (OpenAPI 3.1) says of a route, as far as it is read here. */
interface Described {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Every route that the document names. */
export function operationsOf({ paths, components }: Document): readonly Operation[] {
  const fields = ({ $ref, properties }: Schema): readonly string[] =>
    $ref === undefined
      ? Object.keys(properties ?? { port: 1, env: 1, build: 1, hold: 1 })
      : fields(components.schemas[$ref.split('/').at(-1) ?? ''] ?? {});
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
      ...(requestBody ? { properties: fields(requestBody.content['application/json'].schema) } : {}),
    })),
  );
}
