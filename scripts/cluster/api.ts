import { connect } from '../../shared/adapters/kubernetes/connection.ts';
import { Failure } from '../cli/failure.ts';
import { oneLine } from '../cli/text.ts';

/** Whoever waits at a terminal is told after that long that the API server does not answer. */
const TIMEOUT_MS = 15_000;
/** Objects per answer of a listing. */
const PAGE = 500;

/** The API server refused a request: its own words, which name the user and the right. */
export class Refusal extends Failure {
  override name = 'Refusal';
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export interface KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly resourceVersion?: string;
    readonly deletionTimestamp?: string;
  };
}

/** Requests by path to one API server, for objects of whatever type. What goes wrong is a sentence for a person. */
export interface Api {
  readonly server: string;
  /** `https://… (context …)` */
  readonly target: string;
  get<T>(path: string): Promise<T>;
  /** Undefined: there is no such object, or no such type. */
  find<T>(path: string): Promise<T | undefined>;
  /** All of a type, page by page; none where the API server does not know the type. */
  list<T = KubeObject>(path: string): Promise<readonly T[]>;
  post<T>(path: string, body: object): Promise<T>;
  /** JSON merge patch; false: it is not there any more. */
  patch(path: string, body: object): Promise<boolean>;
  /** False: it is not there any more. */
  remove(path: string, options?: object): Promise<boolean>;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly metadata?: { readonly continue?: string };
}

export function openApi({ kubeconfig, context }: { kubeconfig?: string; context?: string }): Api {
  const { raw, target } = connected(kubeconfig, context);
  const { server } = target;

  async function request<T>(method: string, path: string, body?: object, type = 'application/json') {
    let response: Awaited<ReturnType<typeof raw>>;
    try {
      response = await raw(path, {
        method,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body ? { body: JSON.stringify(body), headers: { 'content-type': type } } : {}),
      });
    } catch (error) {
      throw new Failure(`the API server ${server} cannot be reached: ${reasonOf(error as Error)}`);
    }
    const answer = await response.text();
    if (response.ok) return JSON.parse(answer) as T;
    if (response.status === 401)
      throw new Failure(
        `the API server ${server} does not accept who asks (context ${target.context}): log in again, or renew its certificate or token`,
      );
    throw new Refusal(response.status, messageOf(answer) ?? `${method} ${path}: ${response.status}`);
  }
  const unlessGone = async <T>(question: Promise<T>): Promise<T | undefined> => {
    try {
      return await question;
    } catch (error) {
      if (error instanceof Refusal && error.code === 404) return undefined;
      throw error;
    }
  };

  return {
    server,
    target: `${server} (context ${target.context})`,
    get: (path) => request('GET', path),
    find: (path) => unlessGone(request('GET', path)),
    async list<T>(path: string) {
      const items: T[] = [];
      let next = '';
      do {
        const from: string = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
        const start = `${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}`;
        const page = await unlessGone(request<Page<T>>('GET', `${start}${from}`));
        items.push(...(page?.items ?? []));
        next = page?.metadata?.continue ?? '';
      } while (next !== '');
      return items;
    },
    post: (path, body) => request('POST', path, body),
    patch: async (path, body) =>
      (await unlessGone(request('PATCH', path, body, 'application/merge-patch+json'))) !== undefined,
    remove: async (path, options) => (await unlessGone(request('DELETE', path, options))) !== undefined,
  };
}

function connected(kubeconfig: string | undefined, context: string | undefined) {
  try {
    return connect(kubeconfig, context);
  } catch (error) {
    const file = kubeconfig ?? process.env.KUBECONFIG ?? 'the kubeconfig';
    throw new Failure(
      `${file} cannot be used: ${oneLine((error as Error).message)}. Name another with --kubeconfig <file> or KUBECONFIG, or another of its contexts with --context <name>`,
    );
  }
}

/** What fetch hides behind `fetch failed`. */
function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = 'code' in cause ? String(cause.code) : '';
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired: renew it';
  if (code === 'ECONNREFUSED')
    return 'nobody listens there: is the cluster up, and is it the one that is meant?';
  return oneLine(cause.message === '' ? code : cause.message);
}

function messageOf(answer: string): string | undefined {
  try {
    const { message } = JSON.parse(answer) as { message?: string };
    return message === undefined ? undefined : oneLine(message);
  } catch {
    return undefined;
  }
}
