import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

const MOST_HEAD_BYTES = 64 * 1024;

/**
 * Passes what a CGI program prints on as an HTTP response, but for its end. All of it is read even if nobody listens
 * any more, so that the program can finish its work.
 */
export async function relayCgi(output: Readable, res: ServerResponse): Promise<void> {
  let head = Buffer.alloc(0);
  for await (const chunk of output as AsyncIterable<Buffer>) {
    let body = chunk;
    if (!res.headersSent) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1 && head.length > MOST_HEAD_BYTES) throw new Error('git sent no end of its headers');
      if (end === -1) continue;
      const { status, headers } = parseHead(head.subarray(0, end).toString('latin1'));
      res.writeHead(status, headers);
      body = head.subarray(end + 4);
    }
    if (!res.destroyed && !res.write(body)) await drained(res);
  }
}

/** `Status: 404 Not Found` is the status, what else there is are headers. */
function parseHead(text: string): { status: number; headers: Record<string, string> } {
  const lines = text.split('\r\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const { status = '200', ...others } = Object.fromEntries(lines) as Record<string, string>;
  return { status: Number.parseInt(status, 10), headers: others };
}

/** Room to write again, or nobody there any more. */
function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    res.on('drain', done).on('close', done);
    if (res.destroyed) done();
  });
}
