import { AsyncLocalStorage } from 'node:async_hooks';
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
import { RetryableError } from '../../domain/errors.ts';

/** What the API server has not answered by then is given up; it is well inside every handler's time. */
const CALL_LIMIT_MS = 20_000;

/** client-node opens a TLS connection per request wherever a CA is set; this keeps one pool (three times faster). */
class PooledKubeConfig extends KubeConfig {
  #pool: ReturnType<RequestContext['getDispatcher']>;
  readonly #limit = new AsyncLocalStorage<AbortSignal>();

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    this.#pool ??= context.getDispatcher();
    if (this.#pool) context.setDispatcher(this.#pool);
    if (!context.getSignal()) context.setSignal(this.#limit.getStore() ?? AbortSignal.timeout(CALL_LIMIT_MS));
  }

  /**
   * HTTP/1.1, for a request that is given up takes its connection with it. With HTTP/2 all share one: where the way to the
   * API server had gone silent, every later request waited on it in vain, and a connection that was closed at the wrong
   * moment ended the process (both seen, undici 8.12).
   */
  override createDispatcherOptions(...given: Parameters<KubeConfig['createDispatcherOptions']>) {
    const options = super.createDispatcherOptions(...given);
    if (options.type !== 'agent') return options;
    return { ...options, connect: { ...options.connect, allowH2: false } };
  }

  async within<T>(work: () => Promise<T>): Promise<T> {
    const limit = new AbortController();
    const timer = setTimeout(() => {
      limit.abort(new RetryableError(`the cluster did not answer within ${CALL_LIMIT_MS / 1000} s`));
    }, CALL_LIMIT_MS);
    try {
      return await this.#limit.run(limit.signal, work);
    } finally {
      clearTimeout(timer);
      // Of requests side by side one has failed: nobody waits for the others.
      limit.abort();
    }
  }
}

interface RawRequest extends Pick<RequestInit, 'method' | 'body' | 'signal'> {
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer may be silent for as long as it likes. */
  readonly follow?: boolean;
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

    /** All that this work asks for within one time of 20 s. */
    within: <T>(work: () => Promise<T>): Promise<T> => config.within(work),

    /** A request whose answer is read as it comes: until its signal ends it, or it is silent for 20 s. */
    raw: async (path: string, { follow = false, ...request }: RawRequest) => {
      const context = new RequestContext(`${server.replace(/\/+$/, '')}${path}`, HttpMethod.GET);
      await config.applySecurityAuthentication(context);
      const dispatcher = context.getDispatcher();
      return fetch(context.getUrl(), {
        ...request,
        headers: { ...context.getHeaders(), ...request.headers },
        ...(dispatcher ? { dispatcher: dispatcher.compose(follow ? patient : impatient) } : {}),
      });
    },
  };
}

const silence =
  (milliseconds: number): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (options, handler) =>
    dispatch({ ...options, headersTimeout: milliseconds, bodyTimeout: milliseconds }, handler);

/** Also for the headers: of a log that is followed they come with its first line. */
const patient = silence(0);
const impatient = silence(CALL_LIMIT_MS);

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
