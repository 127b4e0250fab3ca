import type { MiddlewareHandler } from 'hono';
import { invalid, refusal } from './problem.ts';

/** No request of the API is larger: an App's spec or a Secret (1 MiB at most in Kubernetes) is the largest. */
const MAX_BODY_BYTES = 1024 * 1024;

/** A form is a few lines of text, but for that with an App's settings; taking a larger one apart would keep everybody else waiting. */
const MAX_FORM_BYTES = 64 * 1024;

/** Whatever goes through a body part by part (a parser, a patch) does so by recursion. An App's spec is 5 deep. */
const MAX_DEPTH = 32;

/** The framework has read the body by now; hono's own limit would copy a Request that it cannot copy. */
type Raw = { Bindings: { incoming: { rawBody?: Buffer } } };

/** Refuses bodies that are too large, and JSON that is none, before a schema sees them. */
export const soundBody: MiddlewareHandler<Raw> = async (c, next) => {
  const { rawBody } = c.env.incoming;
  requireAtMost(MAX_BODY_BYTES, rawBody);
  const takesBody = ['POST', 'PUT', 'PATCH'].includes(c.req.method);
  if (takesBody && /^application\/([a-z.-]+\+)?json/i.test(c.req.header('content-type') ?? '')) {
    requireJson(rawBody?.toString() ?? '');
  }
  await next();
};

/** The same for what the pages are sent. */
export const soundForm: MiddlewareHandler<Raw> = async (c, next) => {
  requireAtMost(c.req.path.endsWith('/settings') ? MAX_BODY_BYTES : MAX_FORM_BYTES, c.env.incoming.rawBody);
  await next();
};

function requireAtMost(bytes: number, body: Buffer | undefined): void {
  if ((body?.length ?? 0) > bytes) throw refusal(413, `The body is larger than ${bytes} bytes. Send less.`);
}

function requireJson(text: string): void {
  if (text === '') throw refusal(400, 'The body is empty. Send JSON, {} at the least.');
  if (depthOf(text) > MAX_DEPTH) {
    throw refusal(400, `The body is nested more than ${MAX_DEPTH} deep. Nothing here is: send it flatter.`);
  }
  try {
    JSON.parse(text, (key, value) => {
      // Schemas and copies pass over this name in silence: what it was to set would be lost.
      if (key !== '__proto__') return value;
      throw invalid('__proto__', 'is a name that nothing can have here', 'Leave it out.');
    });
  } catch (err) {
    if (!(err instanceof SyntaxError)) throw err;
    // Without the piece of the body that the engine quotes: it may be of a Secret.
    const problem = err.message.replace(/, (\.\.\.)?".*"(\.\.\.)? is not valid JSON$/s, '');
    throw refusal(400, `The body is not JSON: ${problem}. Correct it there.`);
  }
}

/** How deep arrays and objects are nested in a text that may be JSON. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString && character === '\\') i++;
    else if (character === '"') inString = !inString;
    else if (inString) continue;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return deepest;
}
