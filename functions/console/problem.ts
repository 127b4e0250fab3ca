import { STATUS_CODES } from 'node:http';
import { type Hook, z } from '@hono/zod-openapi';
import type { Context, Env } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ConflictError, DeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import { sentence } from '../../shared/domain/plain-text.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { type FieldFault, fieldFaults } from './field-faults.ts';

/** How long a client should wait when a part of the platform cannot be reached. */
const RETRY_AFTER_SECONDS = 2;

/** Of the router itself, which refuses every other content type. */
const NO_JSON = 'The body must be JSON. Send it with content-type: application/json.';

const fieldFault = z.object({
  field: z.string().describe('The input at fault: spec.port, or a name in the path.'),
  problem: z.string(),
  remedy: z.string().describe('What to write instead.'),
});

/** RFC 9457. The type is about:blank: the status says the kind, `errors` what a program can act on. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong and what to do, for a person.'),
    errors: z.array(fieldFault).readonly().optional(),
  })
  .openapi('Problem');

interface Refusal {
  readonly errors?: readonly FieldFault[];
  readonly headers?: Readonly<Record<string, string>>;
}

function answer(status: ContentfulStatusCode, detail: string, { errors, headers }: Refusal = {}): Response {
  const body = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: sentence(detail),
    ...(errors ? { errors } : {}),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
  });
}

/** To be thrown by a route: the request is answered with this problem. */
export function refusal(status: ContentfulStatusCode, detail: string, extra?: Refusal): HTTPException {
  return new HTTPException(status, { message: detail, res: answer(status, detail, extra) });
}

/** A refusal of several inputs. */
export const problems = (errors: readonly FieldFault[]) =>
  refusal(422, errors.map(({ field, problem, remedy }) => `${field} ${problem}. ${remedy}`).join(' '), {
    errors,
  });

/** A refusal of one input, with what to write instead. */
export const invalid = (field: string, problem: string, remedy: string, status: 409 | 422 = 422) =>
  refusal(status, `${field} ${problem}. ${remedy}`, { errors: [{ field, problem, remedy }] });

/** Everything that a route throws, as a problem. What is not known is logged, never shown. */
export const onError =
  (log: Logger) =>
  (err: Error, c: Context): Response => {
    if (err instanceof HTTPException) {
      return err.res ?? answer(err.status, err.status === 415 ? NO_JSON : err.message);
    }
    if (err instanceof InvalidError) {
      const { field, problem, remedy } = err;
      return answer(422, err.message, { errors: [{ field, problem, remedy }] });
    }
    if (err instanceof ConflictError) {
      return answer(409, 'Somebody else changed it at the same moment. Look at it, then try again.');
    }
    if (err instanceof DeniedError) {
      log.warn({ err, path: c.req.path }, 'denied');
      return answer(503, err.message);
    }
    if (err instanceof RetryableError) {
      log.warn({ err, path: c.req.path }, 'to be tried again');
      return answer(503, `${err.message}. Try again in a moment.`, {
        headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
      });
    }
    log.error({ err, path: c.req.path }, 'failed unexpectedly');
    return answer(500, "The request failed unexpectedly; the console's log says why.");
  };

/** What the schema of a request refuses, field by field. */
export const onInvalidInput: Hook<unknown, Env, string, undefined> = (result) => {
  if (result.success) return undefined;
  throw problems(fieldFaults(result.error));
};
