import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type HttpFunction, http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';

/** GitHub's own cap on a webhook's payload. */
export const MAX_BODY_BYTES = 25 * 1024 * 1024;

/** Longer than the 90 s for which Knative's queue-proxy keeps an idle connection: the server must not be the first to close. */
const KEEP_ALIVE_MS = 100_000;

/**
 * Hosts one function of the framework. The framework's command would read a body of 1 GB before a signature is checked,
 * and would drop requests in flight at SIGTERM; so the body is bounded here, chunked ones too, before it parses.
 */
export function host(name: string, fn: HttpFunction): Server {
  http(name, fn);
  const framework = getTestServer(name);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, async (req: RawRequest, res) => {
    const refuse = (status: keyof typeof refusals) =>
      void res
        .writeHead(status, { connection: 'close', 'content-type': 'text/plain; charset=utf-8' })
        .end(`${refusals[status]}\n`);
    // The framework would answer what is no path with a page, and one that cannot be decoded with a stack trace.
    if (!isPath(req.url ?? '/')) return refuse(400);
    if (req.headers['content-encoding']) return refuse(415);
    if (Number(req.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return refuse(413);
    const parts: Buffer[] = [];
    let size = 0;
    try {
      for await (const part of req as AsyncIterable<Buffer>) {
        size += part.length;
        if (size > MAX_BODY_BYTES) return refuse(413);
        parts.push(part);
      }
    } catch {
      return; // The sender went away: nobody is left to answer.
    }
    // The framework's parsers skip a body that was read.
    req.rawBody = req.body = Buffer.concat(parts);
    framework.emit('request', req, res);
  });
  return server;
}

const refusals = {
  400: 'The path must begin with / and be UTF-8, percent-encoded.',
  413: `The body is larger than ${MAX_BODY_BYTES} bytes. Send less.`,
  415: 'The body is compressed. Send it without content-encoding.',
} as const;

type RawRequest = IncomingMessage & { rawBody?: Buffer; body?: unknown };

/** Also the whole URL, as a proxy is asked for it. */
function isPath(target: string): boolean {
  try {
    decodeURIComponent(target.split('?', 1)[0] ?? '');
    return /^(\/|https?:\/\/)/i.test(target);
  } catch {
    return false;
  }
}
