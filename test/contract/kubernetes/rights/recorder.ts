import diagnostics from 'node:diagnostics_channel';

/** One request to the API server, as its authorizer sees it. */
export interface Asked {
  readonly verb: string;
  /** `group/resource`, with the subresource where there is one. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly status: number;
}

interface Answered {
  readonly request: { readonly method: string; readonly path: string; readonly headers: readonly string[] };
  readonly response: { readonly statusCode: number };
}

const CHANNEL = 'undici:request:headers';

/** Hears every request of this process that bears the token, until it is stopped. */
export function recordRequests(token: string) {
  const asked: Asked[] = [];
  const hear = (message: unknown) => {
    const { request, response } = message as Answered;
    if (tokenOf(request.headers) !== token) return;
    asked.push({ ...attributesOf(request.method, request.path), status: response.statusCode });
  };
  diagnostics.subscribe(CHANNEL, hear);
  return { asked: asked as readonly Asked[], stop: () => diagnostics.unsubscribe(CHANNEL, hear) };
}

function tokenOf(headers: readonly string[]): string {
  const at = headers.findIndex((name) => name.toLowerCase() === 'authorization');
  return at === -1 ? '' : (headers[at + 1] ?? '').replace(/^Bearer /, '');
}

const WRITES: Readonly<Record<string, string>> = {
  POST: 'create',
  PATCH: 'patch',
  PUT: 'update',
  DELETE: 'delete',
};

/** As Kubernetes reads a path (apiserver's RequestInfo). */
function attributesOf(method: string, path: string): Omit<Asked, 'status'> {
  const parts = path.replace(/\?.*$/, '').split('/').slice(1);
  const group = parts[0] === 'api' ? '' : (parts[1] ?? '');
  const rest = parts.slice(parts[0] === 'api' ? 2 : 3);
  const namespace = rest[0] === 'namespaces' && rest.length > 2 ? rest[1] : undefined;
  const [resource = '', name, subresource] = namespace === undefined ? rest : rest.slice(2);
  const verb = WRITES[method] ?? (name === undefined ? 'list' : 'get');
  return { verb, resource: [`${group}/${resource}`, subresource].filter(Boolean).join('/'), namespace };
}
