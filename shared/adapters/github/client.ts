import { Octokit } from '@octokit/core';
import { paginateRest } from '@octokit/plugin-paginate-rest';
import { restEndpointMethods } from '@octokit/plugin-rest-endpoint-methods';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { boundedFetch } from './bounded-fetch.ts';
import { notGitHub, portError } from './fault.ts';

/** Well inside the broker's time-out: what takes longer is given back to the broker, which redelivers. */
const CALL_LIMIT_MS = 8000;
/** Of one call. GitHub has at most 10 pages of a commit's statuses in one context, and 3 of hooks. */
const MAX_REQUESTS = 50;
/** Long enough for a connection that was closed under us, short enough to go unnoticed. */
const RETRY_AFTER_MS = 250;

const Client = Octokit.plugin(restEndpointMethods, paginateRest, retry, throttling);
export type Client = InstanceType<typeof Client>;

/** Where octokit's own remarks go (a deprecated path). */
export interface Log {
  debug(message: string): unknown;
  info(message: string): unknown;
  warn(message: string): unknown;
  error(message: string): unknown;
}

interface ClientOptions {
  readonly apiUrl: string;
  readonly token: string;
  readonly log?: Log;
  /** What only asks needs no pause between two calls. */
  readonly onlyReads?: boolean;
}

/** One call of the port: all that it asks of GitHub, within one time limit, failing with the port's errors. */
export type Call = <T>(permission: string, work: (github: Client) => Promise<T>) => Promise<T>;

export function githubCalls(options: ClientOptions): Call {
  const baseUrl = options.apiUrl.replace(/\/+$/, '');
  return async (permission, work) => {
    const signal = AbortSignal.timeout(CALL_LIMIT_MS);
    // The race frees the caller also where a plugin's queue does not look at the signal; what still waits there is
    // never sent, since the signal is in every request.
    const timeIsUp = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    try {
      return await Promise.race([work(client({ ...options, apiUrl: baseUrl }, signal)), timeIsUp]);
    } catch (error) {
      const fault = portError(error, permission);
      forgetRequest(fault);
      throw fault;
    }
  };
}

/** What was sent must get into no log with the error: a webhook's request holds its secret. */
function forgetRequest(fault: unknown): void {
  for (let at = fault; at instanceof Error; at = at.cause) if ('request' in at) at.request = undefined;
}

function client(
  { apiUrl: baseUrl, token: auth, log, onlyReads = false }: ClientOptions,
  signal: AbortSignal,
): Client {
  const octokit = new Client({
    baseUrl,
    auth,
    userAgent: 'cite',
    request: { signal, fetch: boundedFetch },
    log: {
      debug: silent,
      info: silent,
      warn: log?.warn.bind(log) ?? silent,
      error: log?.error.bind(log) ?? silent,
    },
    retry: {
      retries: 1,
      retryAfterBaseValue: RETRY_AFTER_MS,
      doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451],
    },
    throttle: {
      // The plugin takes every question of GraphQL for a write, and has one queue for all people of a process.
      enabled: !onlyReads && limitsWrites(baseUrl),
      // Not to sleep is the answer to both: the call throws, and the broker waits.
      onRateLimit: giveUp,
      onSecondaryRateLimit: giveUp,
    },
  });
  let requests = 0;
  octokit.hook.before('request', (request) => {
    if (++requests > MAX_REQUESTS) throw notGitHub(`more than ${MAX_REQUESTS} pages`);
    // A write whose answer was lost may have happened: only the next delivery, which looks first, may try again.
    if (request.method !== 'GET') request.request.retries = 0;
  });
  octokit.hook.error('request', (error) => {
    // A gateway's 404 says nothing of a branch. GitHub's own refusals are JSON.
    const refusal = 'response' in error ? error.response : undefined;
    if (refusal && refusal.status < 500 && !isJson(refusal.data)) throw notGitHub(refusal.status);
    throw error;
  });
  octokit.hook.after('request', (response) => {
    // A body that was cut off or comes from a proxy arrives as text: octokit hides both.
    const isEmpty = response.data === '' || response.data === undefined;
    if (isEmpty ? response.status !== 204 : !isJson(response.data)) throw notGitHub(response.status);
  });
  return octokit;
}

const silent = () => {};
const giveUp = () => false;

/**
 * GitHub.com wants a second between two writes (docs.github.com, "Best practices for using the REST API"), and the
 * throttling plugin spaces them so. A GitHub Enterprise Server has no such limits unless its owner sets them, and then
 * its 429 says so: there, and on a host of one machine, spacing would only delay.
 */
function limitsWrites(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return hostname === 'api.github.com' || hostname.endsWith('.ghe.com');
}

/** All that GitHub answers with is an object or a list. */
const isJson = (data: unknown) => typeof data === 'object' && data !== null && !(data instanceof ArrayBuffer);
