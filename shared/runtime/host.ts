import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type HttpFunction, http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';

/** Bytes of one body, where a function says nothing else: an event, a form, an App's spec or a Secret. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;
const MAX_TOGETHER_BYTES = 32 * 1024 * 1024;
/** What is as small is always taken: as many as an instance gets at once (`containerConcurrency`) are few megabytes. */
const SMALL_BYTES = 128 * 1024;

/** What a function takes in before it is asked anything: bodies are read before anybody has said who he is. */
export interface Intake {
  readonly bodyBytes: number;
  /** Of all bodies that are being read or answered at once, beyond the small part of each. */
  readonly togetherBytes: number;
  /** What its method and headers alone refuse, before its body is read. */
  readonly refuse?: (req: Pick<IncomingMessage, 'method' | 'headers'>) => Answer | undefined;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A function of the framework, and what it takes in where that is not what most do. */
export type Hosted = HttpFunction & { readonly intake?: Intake };

/** Longer than the 90 s for which Knative's queue-proxy keeps an idle connection: the server must not be the first to close. */
const KEEP_ALIVE_MS = 100_000;

/**
 * Hosts one function of the framework. The framework's command would read a body of 1 GB before a signature is checked,
 * and would drop requests in flight at SIGTERM; so bodies are bounded here, each and all together, chunked ones too, before it parses.
 */
export function host(name: string, fn: Hosted): Server {
  const { bodyBytes, togetherBytes, refuse: refusedBy } = fn.intake ?? usual;
  let heldBytes = 0;
  http(name, fn);
  const framework = getTestServer(name);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, async (req: RawRequest, res) => {
    const refuse = ({ status, text }: Answer) =>
      void res
        .writeHead(status, { connection: 'close', 'content-type': 'text/plain; charset=utf-8' })
        .end(`${text}\n`);
    // The framework would answer what is no path with a page, and one that cannot be decoded with a stack trace.
    if (!isPath(req.url ?? '/')) return refuse(noPath);
    if (req.headers['content-encoding']) return refuse(compressed);
    if (Number(req.headers['content-length'] ?? 0) > bodyBytes) return refuse(largerThan(bodyBytes));
    const refused = refusedBy?.(req);
    if (refused) return refuse(refused);
    const parts: Buffer[] = [];
    let size = 0;
    let counted = 0;
    const giveBack = () => {
      heldBytes -= counted;
      counted = 0;
    };
    res.once('close', giveBack);
    try {
      for await (const part of req as AsyncIterable<Buffer>) {
        size += part.length;
        if (size > bodyBytes) return refuse(largerThan(bodyBytes));
        const more = Math.max(0, size - SMALL_BYTES) - counted;
        if (heldBytes + more > togetherBytes) {
          // At once: one is refused for all the others, not each of them until its connection has ended.
          giveBack();
          return refuse(tooManyAtOnce);
        }
        heldBytes += more;
        counted += more;
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

const usual: Intake = { bodyBytes: MAX_BODY_BYTES, togetherBytes: MAX_TOGETHER_BYTES };

const noPath = { status: 400, text: 'The path must begin with / and be UTF-8, percent-encoded.' };
const largerThan = (bytes: number) => ({
  status: 413,
  text: `The body is larger than ${bytes} bytes. Send less.`,
});
const compressed = { status: 415, text: 'The body is compressed. Send it without content-encoding.' };
const tooManyAtOnce = { status: 503, text: 'Too many large bodies come at once. Send it again later.' };

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
