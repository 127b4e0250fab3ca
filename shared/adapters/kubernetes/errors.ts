import { ApiException } from '@kubernetes/client-node';
import { ConflictError, DeniedError, InvalidError, RetryableError } from '../../domain/errors.ts';

/** The part of a Kubernetes `Status` that tells errors apart. */
interface Status {
  readonly kind?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly causes?: readonly { readonly field?: string; readonly message?: string }[];
  };
}

/** What the API server answers, or why not in the port's words. */
export async function ask<T>(question: Promise<T>): Promise<T> {
  try {
    return await answerTo(question);
  } catch (error) {
    throw translate(error);
  }
}

/** As `ask`; undefined where the object is not there. A missing resource type is not a missing object. */
export async function find<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await answerTo(question);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw translate(error);
  }
}

/** As `ask`, of a listing; undefined where the cluster does not have the type. */
export async function ofKnownType<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await answerTo(question);
  } catch (error) {
    if (error instanceof ApiException && isUnknownType(error)) return undefined;
    throw translate(error);
  }
}

/** As `ask`; undefined where an object of the name is there already. */
export async function create<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await answerTo(question);
  } catch (error) {
    if (error instanceof ApiException && statusOf(error).reason === 'AlreadyExists') return undefined;
    throw translate(error);
  }
}

/** Everything of Kubernetes says what kind it is. client-node takes also a gateway's page that asks to log in: for an object without any field. */
async function answerTo<T>(question: Promise<T>): Promise<T> {
  const answer = await question;
  if (typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind) return answer;
  throw new RetryableError("the cluster answered with what is not Kubernetes' own");
}

/** Whether there is no object of the name, in a Namespace that may be missing too. */
function isMissing(error: unknown): boolean {
  return error instanceof ApiException && error.code === 404 && statusOf(error).details?.name !== undefined;
}

/** Kubernetes has no words of its own for a path that it does not serve; a gateway's 404 has others. */
const isUnknownType = (error: ApiException<unknown>) =>
  error.code === 404 && (statusOf(error).kind === 'Status' || error.body === '404 page not found\n');

/** Whether the API server itself has answered, rather than something before it. */
export const isOfKubernetes = (error: ApiException<unknown>) => statusOf(error).kind === 'Status';

export function translate(error: unknown): Error {
  if (error instanceof RetryableError || error instanceof InvalidError) return error;
  // Anything but an answer is a connection that failed or took too long.
  if (!(error instanceof ApiException))
    return new RetryableError('the cluster cannot be reached', { cause: error });
  const status = statusOf(error);
  const answered = `the cluster answered ${error.code}`;
  const message = status.message ?? answered;
  const refused = (field: string, remedy: string) => {
    const invalid = new InvalidError(field, message, remedy);
    invalid.cause = error;
    return invalid;
  };
  // Of this one client-node does not give the body.
  if (error.code === 401)
    return new DeniedError(
      `${answered}: the token is not valid, or no longer. Give the platform one that is.`,
      {
        cause: error,
      },
    );
  // Not the API server's words, but those of something before it: they say nothing of what was asked for.
  if (!isOfKubernetes(error) && error.code !== 413) return new RetryableError(answered, { cause: error });
  switch (error.code) {
    case 404:
      if (status.details?.kind === 'namespaces')
        return refused('metadata.namespace', 'Name a Namespace that exists.');
      if (status.details?.name === undefined) return new RetryableError(message, { cause: error });
      return new ConflictError(message, { cause: error });
    case 409:
      return new ConflictError(message, { cause: error });
    case 422: {
      // A JSON Patch whose test failed says nothing of an object; a refused object names its kind and its fields.
      if (status.details?.kind === undefined)
        return new ConflictError('a test of the patch failed', { cause: error });
      return refused(status.details.causes?.[0]?.field ?? status.details.kind, 'Correct the field.');
    }
    case 403: {
      const remedy = remedyOfDenial(message);
      if (remedy === undefined) return refused('cluster', 'Ask for what the Namespace allows.');
      return new DeniedError(`${message}. ${remedy}`, { cause: error });
    }
    case 400:
    case 405:
    case 406:
    case 413:
    case 415:
      return refused('cluster', 'The cluster does not take such a request.');
    default:
      return new RetryableError(`${answered}: ${withoutNearEnd(message)}`, { cause: error });
  }
}

/** Go names both ends of a connection that broke (`read tcp 10.0.0.5:41234->10.96.0.1:443`): the near one is new at every try. */
const withoutNearEnd = (message: string) => message.replace(/\S+:\d+->/g, '');

/** What mends a 403 for the same request; undefined: nothing does (Pod Security, a policy). Only the words tell. */
function remedyOfDenial(message: string): string | undefined {
  if (/ is forbidden: (User ".*" cannot |user ".*is attempting to grant RBAC permissions not)/s.test(message))
    return 'Grant the right that is named.';
  const quota = / is forbidden: exceeded quota: ([^,]+)/.exec(message)?.[1];
  return quota && `Raise the ResourceQuota ${quota}, or remove what is no longer needed.`;
}

function statusOf(error: ApiException<unknown>): Status {
  if (typeof error.body !== 'string') return (error.body ?? {}) as Status;
  try {
    return JSON.parse(error.body) as Status;
  } catch {
    return {};
  }
}
