import { HostDeniedError, InvalidError, RetryableError } from '../../domain/errors.ts';
import { sentence } from '../../domain/plain-text.ts';

/** What octokit throws when an answer came, or (status 500, no response) when none did. */
interface HttpFault extends Error {
  readonly status: number;
  readonly response?: { readonly headers: Readonly<Record<string, string | number | undefined>> };
}

const MAX_MESSAGE = 300;

/**
 * The port's error for what a call threw. `permission` is the right that the call needs, in the words of GitHub's
 * settings page: it is the remedy where GitHub says only "Not Found" or "Resource not accessible". What is over by
 * itself has the same words at every try, for each new one would be written and told: GitHub's (a time, the id of a
 * request) are the cause.
 */
export function portError(error: unknown, permission: string): unknown {
  if (isTimeout(error)) return outage(error);
  // octokit, and what is made of its types, reads an answer without looking: one that is not GitHub's makes it stumble.
  if (error instanceof TypeError) return notGitHub('another shape', error);
  if (!isHttpFault(error)) return error;
  if (isRateLimit(error)) return new RetryableError("GitHub's rate limit is used up", { cause: error });
  switch (error.status) {
    case 401:
      return new HostDeniedError(
        'GitHub does not accept the token. Give one that is neither expired nor revoked.',
        { cause: error },
      );
    case 403:
      return new HostDeniedError(
        `GitHub refuses: ${oneLine(error.message)}. Give the token the permission ${permission}.`,
        { cause: error, right: permission },
      );
    case 404:
      return invalid(
        'repository',
        'GitHub has none of that name that the token may see',
        `Check the name, and that the token has the permission ${permission} on it`,
        error,
      );
    case 400:
    case 410:
    case 422:
    case 451:
      return invalid('request', `GitHub refuses: ${oneLine(error.message)}`, 'Correct what it names', error);
    default:
      return outage(error);
  }
}

const outage = (cause: unknown) => new RetryableError('GitHub cannot be reached, or fails', { cause });

/** `what`: its status, or what is wrong with it. */
export const notGitHub = (what: string | number, cause?: Error) =>
  new RetryableError(`GitHub's answer (${what}) was cut off or is not GitHub's`, { cause });

/** `work`, or undefined where GitHub says 404. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isHttpFault(error) && error.status === 404) return undefined;
    throw error;
  }
}

export const isHttpFault = (error: unknown): error is HttpFault =>
  error instanceof Error && 'status' in error && typeof error.status === 'number';

/** Primary limit: nothing remaining. Secondary limit: a Retry-After, or only the words (docs.github.com, "Rate limits"). */
function isRateLimit({ status, response, message }: HttpFault): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  const { 'retry-after': retryAfter, 'x-ratelimit-remaining': remaining } = response?.headers ?? {};
  return retryAfter !== undefined || remaining === '0' || /rate limit|abuse detection/i.test(message);
}

const isTimeout = (error: unknown) => error instanceof Error && /^(Timeout|Abort)Error$/.test(error.name);

/** Another system's words, on their way to logs and persons. */
const oneLine = (text: string) => sentence(text, MAX_MESSAGE);

const invalid = (field: string, problem: string, remedy: string, cause: Error) =>
  Object.assign(new InvalidError(field, problem, remedy), { cause });
