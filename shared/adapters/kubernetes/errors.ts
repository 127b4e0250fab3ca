import { ApiException } from '@kubernetes/client-node';
import { ConflictError, DeniedError, InvalidError, RetryableError } from '../../domain/errors.ts';

/** The part of a Kubernetes `Status` that tells errors apart. */
interface Status {
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
    return await question;
  } catch (error) {
    throw translate(error);
  }
}

/** As `ask`; undefined where the object is not there. A missing resource type is not a missing object. */
export async function find<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw translate(error);
  }
}

/** As `ask`, of a listing; undefined where the cluster does not have the type. */
export async function ofKnownType<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return undefined;
    throw translate(error);
  }
}

/** As `ask`; undefined where an object of the name is there already. */
export async function create<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof ApiException && statusOf(error).reason === 'AlreadyExists') return undefined;
    throw translate(error);
  }
}

/** Whether there is no object of the name, in a Namespace that may be missing too. */
function isMissing(error: unknown): boolean {
  return error instanceof ApiException && error.code === 404 && statusOf(error).details?.name !== undefined;
}

export function translate(error: unknown): Error {
  if (error instanceof RetryableError || error instanceof InvalidError) return error;
  // Anything but an answer is a connection that failed or took too long.
  if (!(error instanceof ApiException))
    return new RetryableError('the cluster cannot be reached', { cause: error });
  const status = statusOf(error);
  const message = status.message ?? `the cluster answered ${error.code}`;
  const refused = (field: string, remedy: string) => {
    const invalid = new InvalidError(field, message, remedy);
    invalid.cause = error;
    return invalid;
  };
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
      return new RetryableError(withoutNearEnd(message), { cause: error });
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
