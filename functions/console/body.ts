import type { MiddlewareHandler } from 'hono';
import { invalid, refusal } from './problem.ts';

/** No request of the API is larger: an App's spec or a Secret (1 MiB at most in Kubernetes) is the largest. */
const MAX_BODY_BYTES = 1024 * 1024;

/** The framework has read the body by now; hono's own limit would copy a Request that it cannot copy. */
type Raw = { Bindings: { incoming: { rawBody?: Buffer } } };

/** Refuses bodies that are too large, and JSON that is none, before a schema sees them. */
export const soundBody: MiddlewareHandler<Raw> = async (c, next) => {
  const { rawBody } = c.env.incoming;
  if ((rawBody?.length ?? 0) > MAX_BODY_BYTES) {
    throw refusal(413, `The body is larger than ${MAX_BODY_BYTES} bytes. Send less.`);
  }
  const takesBody = ['POST', 'PUT', 'PATCH'].includes(c.req.method);
  if (takesBody && /^application\/([a-z.-]+\+)?json/i.test(c.req.header('content-type') ?? '')) {
    requireJson(rawBody?.toString() ?? '');
  }
  await next();
};

function requireJson(text: string): void {
  if (text === '') throw refusal(400, 'The body is empty. Send JSON, {} at the least.');
  try {
    JSON.parse(text, (key, value) => {
      // Schemas and copies pass over this name in silence: what it was to set would be lost.
      if (key !== '__proto__') return value;
      throw invalid('__proto__', 'is a name that nothing can have here', 'Leave it out.');
    });
  } catch (err) {
    if (!(err instanceof SyntaxError)) throw err;
    throw refusal(400, `The body is not JSON: ${err.message}. Correct it there.`);
  }
}
