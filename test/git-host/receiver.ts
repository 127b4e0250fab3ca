import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listen } from './world.ts';

/** What arrived at the receiver. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: payloads of many events, asserted by each test
  readonly payload: any;
}

/** A real HTTP server that webhooks are sent to. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Waits until so many of the event have come, or of those that match. */
  wait(event: string, count?: number, matches?: (one: Received) => boolean): Promise<Received[]>;
  /** What it answers from now on; undefined: nothing at all. */
  answer(status: number | undefined): void;
  close(): Promise<void>;
}

export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  let status: number | undefined = 202;
  const server = createServer(async (req, res) => {
    const parts: Buffer[] = [];
    for await (const part of req) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    const isForm = req.headers['content-type'] === 'application/x-www-form-urlencoded';
    const json = isForm ? (new URLSearchParams(body).get('payload') ?? '') : body;
    const event = String(req.headers['x-github-event']);
    received.push({ headers: req.headers, body, event, payload: JSON.parse(json) });
    if (status !== undefined) res.writeHead(status).end('noted');
    for (const look of waiting) look();
  });
  const url = await listen(server);
  return {
    url,
    received,
    wait: (event, count = 1, matches = () => true) =>
      new Promise((resolve) => {
        const look = () => {
          const found = received.filter((one) => one.event === event && matches(one));
          if (found.length < count) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    answer(next) {
      status = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
