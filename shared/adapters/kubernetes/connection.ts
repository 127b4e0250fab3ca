import {
  AppsV1Api,
  AuthorizationV1Api,
  BatchV1Api,
  CoreV1Api,
  CustomObjectsApi,
  DiscoveryV1Api,
  HttpMethod,
  KubeConfig,
  PatchStrategy,
  RbacAuthorizationV1Api,
  RequestContext,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { type Dispatcher, fetch, type RequestInit } from 'undici';

/** A request that the API server has not answered by then is given up; it is well inside every handler's time. */
const REQUEST_TIMEOUT = 20_000;

/** client-node opens a TLS connection per request wherever a CA is set; this keeps one pool (three times faster). */
class PooledKubeConfig extends KubeConfig {
  #pool: ReturnType<RequestContext['getDispatcher']>;

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    this.#pool ??= context.getDispatcher();
    if (this.#pool) context.setDispatcher(this.#pool);
    if (!context.getSignal()) context.setSignal(AbortSignal.timeout(REQUEST_TIMEOUT));
  }
}

interface RawRequest extends Pick<RequestInit, 'method' | 'body' | 'signal'> {
  readonly headers?: Readonly<Record<string, string>>;
}

export type Connection = ReturnType<typeof connect>;

/**
 * The API server of this kubeconfig file; without one, of KUBECONFIG, the user's own or the pod's service account. Of its
 * contexts the named one, else the current one.
 */
export function connect(kubeconfig?: string, context?: string) {
  const config = new PooledKubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  const server = config.getCurrentCluster()?.server;
  if (!server) throw new Error(`the kubeconfig has no cluster for the context ${config.getCurrentContext()}`);
  return {
    /** Whom it speaks to. */
    target: { context: config.getCurrentContext(), server },
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    batch: config.makeApiClient(BatchV1Api),
    discovery: config.makeApiClient(DiscoveryV1Api),
    rbac: config.makeApiClient(RbacAuthorizationV1Api),
    authorization: config.makeApiClient(AuthorizationV1Api),
    custom: config.makeApiClient(CustomObjectsApi),

    /** A request whose answer is read as it comes, for as long as its signal lets it. */
    raw: async (path: string, request: RawRequest) => {
      const context = new RequestContext(`${server.replace(/\/+$/, '')}${path}`, HttpMethod.GET);
      await config.applySecurityAuthentication(context);
      const dispatcher = context.getDispatcher();
      return fetch(context.getUrl(), {
        ...request,
        headers: { ...context.getHeaders(), ...request.headers },
        ...(dispatcher ? { dispatcher: dispatcher.compose(patient) } : {}),
      });
    },
  };
}

/** A log may be silent for as long as it likes. */
const patient: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch({ ...options, bodyTimeout: 0 }, handler);

/** Second argument of every patch call: what is not named stays, null removes. */
export const mergePatch = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

/** Objects per answer of a listing: memory stays flat, however many there are. */
const PAGE = 500;

/** All items of a listing, page by page. */
export async function* pages<T>(
  list: (page: { limit: number; _continue?: string }) => Promise<{
    items: T[];
    metadata?: { _continue?: string; continue?: string };
  }>,
): AsyncGenerator<T> {
  let next: string | undefined;
  do {
    const { items, metadata } = await list({ limit: PAGE, ...(next ? { _continue: next } : {}) });
    yield* items;
    // Typed answers spell it with an underscore, those of custom resources do not.
    next = metadata?._continue ?? metadata?.continue;
  } while (next);
}
