import type { Context, TypedResponse } from 'hono';
import { stream } from 'hono/streaming';

type Log = AsyncIterable<string> | Iterable<string>;

/**
 * Logs as text, each part as it comes, several beside each other. The signal ends them when the client goes away. They
 * are what somebody's program printed: no browser may take them for a page.
 */
export function plainText(
  c: Context,
  open: (signal: AbortSignal) => readonly Log[],
): TypedResponse<string, 200, 'text'> {
  c.header('content-type', 'text/plain; charset=utf-8');
  c.header('x-content-type-options', 'nosniff');
  c.header('cache-control', 'no-store');
  const gone = new AbortController();
  const response = stream(c, async (out) => {
    out.onAbort(() => gone.abort());
    await Promise.all(
      open(gone.signal).map(async (log) => {
        for await (const part of log) await out.write(part);
      }),
    );
  });
  // A stream is no TypedResponse; its type is what the header above says.
  return response as unknown as TypedResponse<string, 200, 'text'>;
}
