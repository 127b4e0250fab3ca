import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import manifest from '../../package.json' with { type: 'json' };
import { Failure } from './failure.ts';
import { harmless } from './text.ts';

/** No answer of the API takes longer; a log that is followed may be silent for ever. */
const ANSWER_MS = 30_000;
/** Nor is any larger: a hundred Changes, each with its whole story. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** The platform refused; without a status it gave no answer. */
export class ApiFailure extends Failure {
  readonly status: number | undefined;
  /** So long it wants to be left alone before it is asked again. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    options: { readonly status?: number; readonly retryAfterMs?: number; readonly cause?: unknown },
  ) {
    super(message, options);
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * The API of a platform. Whatever is wrong becomes a Failure that says what to do. What it answers is text of others (a
 * commit, a pod, whoever is at that address): it is made harmless here, unless it is wanted `verbatim`.
 */
export interface Client {
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  stream(path: string): AsyncIterable<string>;
}

export function apiClient(options: {
  readonly url: string;
  readonly token?: string | undefined;
  readonly verbatim?: boolean;
}): Client {
  const base = options.url.replace(/\/+$/, '');
  const headers = {
    'content-type': 'application/json',
    'user-agent': `cite/${manifest.version}`,
    ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
  };

  const read = (text: string): unknown =>
    JSON.parse(text, (_key, value) =>
      typeof value === 'string' && !options.verbatim ? harmless(value) : value,
    );

  const well = async (answering: Promise<Response>): Promise<Response> => {
    const res = await answering.catch((err: unknown) => {
      throw unreachable(base, err);
    });
    if (!res.ok) {
      const retryAfterMs = 1000 * Number(res.headers.get('retry-after'));
      throw new ApiFailure(await wordsOf(res), {
        status: res.status,
        ...(retryAfterMs ? { retryAfterMs } : {}),
      });
    }
    return res;
  };

  return {
    async call<T>(method: string, path: string, body?: unknown) {
      const key = method === 'POST' ? { 'idempotency-key': `"${crypto.randomUUID()}"` } : {};
      const ask = async () => {
        const signal = AbortSignal.timeout(ANSWER_MS);
        const init = { method, headers: { ...headers, ...key }, signal };
        const sent = body === undefined ? init : { ...init, body: JSON.stringify(body) };
        const res = await well(fetch(`${base}${path}`, sent));
        return textOf(res).catch((err: unknown) => {
          throw unreachable(base, err);
        });
      };
      const text = await (['GET', 'POST'].includes(method) ? again(ask) : ask());
      try {
        return (text === '' ? undefined : read(text)) as T;
      } catch (cause) {
        throw new Failure(`${base} answered with what is not Cite's. ${CHECK}`, { cause });
      }
    },
    async *stream(path) {
      const res = await well(open(`${base}${path}`, headers));
      try {
        for await (const part of res.body?.pipeThrough(new TextDecoderStream()) ?? []) yield part;
      } catch (cause) {
        throw new ApiFailure('what was followed broke off: the platform went away. Ask again.', { cause });
      }
    },
  };
}

/** The text of an answer, unless it is larger than any. */
async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Failure('the answer does not end');
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

/** As fetch, for what may be silent for ever: fetch itself takes five minutes of silence for the end. */
async function open(url: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  const { get } = await (url.startsWith('https:') ? import('node:https') : import('node:http'));
  const req = get(url, { headers });
  const [res]: IncomingMessage[] = await once(req, 'response', { signal: AbortSignal.timeout(ANSWER_MS) });
  // What breaks off from now on is told by the body.
  req.on('error', () => undefined);
  const { statusCode: status = 0, statusMessage: statusText = '', headers: given } = res as IncomingMessage;
  const type = given['content-type'];
  const body = Readable.toWeb(res as IncomingMessage) as ReadableStream<Uint8Array>;
  return new Response([204, 205, 304].includes(status) ? null : body, {
    status,
    statusText,
    headers: type === undefined ? {} : { 'content-type': type },
  });
}

/** Before what broke off is asked again, in milliseconds. */
const PAUSE_MS = 100;

/**
 * Asks once more where the connection breaks: a kept one may be closed by the other end just as it is used again (RFC
 * 9112, 9.5). What only reads may be asked anew, and so may a wish that has a key by which it is known again: where the
 * platform is still at it, its answer is waited for.
 */
async function again<T>(ask: () => Promise<T>): Promise<T> {
  const until = Date.now() + ANSWER_MS;
  for (let hasBroken = false; ; ) {
    try {
      return await ask();
    } catch (err) {
      const isAtIt =
        hasBroken && err instanceof ApiFailure && err.status === 409 && err.retryAfterMs !== undefined;
      if (Date.now() > until || !(isAtIt || (!hasBroken && isBreak(err)))) throw err;
      hasBroken = true;
      await setTimeout(isAtIt ? err.retryAfterMs : PAUSE_MS);
    }
  }
}

const isBreak = (err: unknown) =>
  err instanceof ApiFailure && ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(codeOf(err.cause));

/** Of a failure, or of what is under it where it is one of fetch. */
function codeOf(err: unknown): string {
  const cause = err instanceof TypeError ? err.cause : err;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
}

/** A path of the API with its parts escaped: /api/apps/${namespace}/${name} */
export function path(strings: TemplateStringsArray, ...parts: readonly (string | number)[]): string {
  return String.raw({ raw: strings }, ...parts.map((part) => encodeURIComponent(part)));
}

/** The query of what is given. */
export function query(given: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const text = new URLSearchParams();
  for (const [key, value] of Object.entries(given)) {
    if (value !== undefined) text.set(key, String(value));
  }
  return text.size > 0 ? `?${text}` : '';
}

function unreachable(base: string, err: unknown): ApiFailure {
  const code = codeOf(err);
  const words =
    code === 'ECONNREFUSED'
      ? `nothing answers at ${base}. Start the platform with npm start, or name another one with --url or CITE_URL.`
      : `${base} cannot be reached${code ? ` (${code})` : ''}. ${CHECK}`;
  return new ApiFailure(words, { cause: err });
}

const CHECK = 'Check --url and CITE_URL.';

async function wordsOf(res: Response): Promise<string> {
  const text = await textOf(res).catch(() => '');
  const detail = res.headers.get('content-type')?.startsWith('application/problem+json') && detailOf(text);
  if (detail) return detail;
  return `${res.status} ${res.statusText}: ${text.trim().slice(0, 200) || 'is this the address of Cite?'}`;
}

/** Of a problem as the API words it; undefined: it is somebody else's. */
function detailOf(text: string): string | undefined {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    return typeof detail === 'string' ? detail : undefined;
  } catch {
    return undefined;
  }
}
