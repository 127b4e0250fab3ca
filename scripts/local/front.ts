import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { addresseeOf } from './hosts.ts';
import type { AppProxy } from './proxy.ts';

export interface Backends {
  readonly proxy: AppProxy;
  /** Answers what is its own: /git/ and /api/v3/. */
  readonly gitHost: (req: IncomingMessage, res: ServerResponse) => Promise<boolean>;
  readonly receiveWebhook: RequestListener;
  readonly console: RequestListener;
}

export interface Front {
  readonly port: number;
  /** Until then everything is answered 503. */
  serve(backends: Backends): void;
  /** Requests under way finish, for `graceMs` at most. */
  close(graceMs?: number): Promise<void>;
}

/** Thrown where another process listens on the port. */
export class PortTakenError extends Error {
  override name = 'PortTakenError';
}

/**
 * The one port of the platform on one machine, for this machine alone: Apps by their name, the rest by path. Resolves
 * when it listens; port 0 takes a free one.
 */
export async function openFront(port: number): Promise<Front> {
  let backends: Backends | undefined;
  const first = await listen(port, '127.0.0.1', () => backends);
  const servers = [first];
  const taken = portOf(first);
  try {
    // Browsers and curl try ::1 first for names under localhost. A machine without IPv6 does without.
    servers.push(await listen(taken, '::1', () => backends));
  } catch (err) {
    if (!['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes((err as NodeJS.ErrnoException).code ?? '')) {
      first.close();
      throw err;
    }
  }
  return {
    port: taken,
    serve: (given) => {
      backends = given;
    },
    async close(graceMs = 2000) {
      const closed = Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      const grace = setTimeout(() => {
        for (const server of servers) server.closeAllConnections();
      }, graceMs);
      await closed;
      clearTimeout(grace);
    },
  };
}

async function listen(port: number, host: string, current: () => Backends | undefined): Promise<Server> {
  const server = createServer(
    // Any other upgrade (curl's h2c) is an offer that may be ignored.
    { shouldUpgradeCallback: (req) => req.headers.upgrade?.toLowerCase() === 'websocket' },
    (req, res) => {
      const backends = current();
      if (backends) answer(req, res, backends).catch(() => res.destroy());
      else refuse(res, 503, 'Cite is starting.');
    },
  );
  server.on('upgrade', (req: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const addressee = addresseeOf(req.headers.host);
    const proxy = current()?.proxy;
    if (proxy && typeof addressee === 'object')
      proxy.upgrade(addressee.app, req, socket, head).catch(() => socket.destroy());
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
  });
  // Not Node's 5 s: a client that reuses a connection must not meet its end.
  server.keepAliveTimeout = 60_000;
  server.listen({ port, host });
  try {
    await once(server, 'listening');
    return server;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new PortTakenError(`port ${port} is taken by another program`, { cause });
  }
}

async function answer(req: IncomingMessage, res: ServerResponse, backends: Backends): Promise<void> {
  const { host, origin } = req.headers;
  const addressee = addresseeOf(host);
  if (typeof addressee === 'object') return backends.proxy.request(addressee.app, req, res);
  if (addressee === 'stranger')
    return refuse(res, 421, 'This is Cite: ask for localhost, or for an App by its name.');
  // A page of somebody else, open in a browser on this machine, must not reach what this machine may.
  if (origin !== undefined && origin !== `http://${host}`)
    return refuse(res, 403, 'Requests from pages of another origin are refused.');
  if (isFromElsewhere(req)) return refuse(res, 403, 'Requests from pages of another site are refused.');
  const path = (req.url ?? '/').split('?', 1)[0] ?? '/';
  if (path === '/webhooks') {
    req.url = '/';
    return backends.receiveWebhook(req, res);
  }
  if (/^\/(git|api\/v3)\//.test(path)) {
    if (await backends.gitHost(req, res)) return;
    return refuse(res, 404, 'The git host has nothing there.');
  }
  return backends.console(req, res);
}

/**
 * What another site's page has the browser ask for, its images among it: they come without an origin. A person who
 * follows a link from there (a commit's status, a chat) is let in.
 */
function isFromElsewhere({ method, headers }: IncomingMessage): boolean {
  const follows = method === 'GET' && headers['sec-fetch-mode'] === 'navigate';
  return headers['sec-fetch-site'] === 'cross-site' && !(follows && headers['sec-fetch-dest'] === 'document');
}

function refuse(res: ServerResponse, status: number, why: string): void {
  res.writeHead(status, { connection: 'close', 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
