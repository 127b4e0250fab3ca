import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CloudEvent, HTTP } from 'cloudevents';

/** Stands where the broker is: takes CloudEvents over HTTP, and keeps them. */
export async function openEventSink() {
  const events: CloudEvent<unknown>[] = [];
  const server = createServer(async (req, res) => {
    const parts: Buffer[] = [];
    for await (const part of req as AsyncIterable<Buffer>) parts.push(part);
    const event = HTTP.toEvent<unknown>({ headers: req.headers, body: Buffer.concat(parts).toString() });
    events.push(event as CloudEvent<unknown>);
    res.writeHead(202).end();
  });
  return { url: await listen(server), events, close: () => close(server) };
}

export async function listen(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}
