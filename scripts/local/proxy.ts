import {
  Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { ProxyServer } from 'httpxy';
import type { AppRef } from '../../shared/domain/app.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface AppProxy {
  request(app: AppRef, req: IncomingMessage, res: ServerResponse): Promise<void>;
  upgrade(app: AppRef, req: IncomingMessage, socket: Socket, head: Buffer): Promise<void>;
  /** Ends open WebSockets and idle connections to Apps. */
  close(): void;
}

/** Names of one connection, not of the message (RFC 9110 §7.6.1), and what only the proxy itself may say. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'http2-settings',
];
const FORWARDED = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-host',
];
/**
 * Never of a connection alone, though a sender may say so: without them the next hop would take the body for another
 * request, or for an App's that was not asked for.
 */
const OF_THE_MESSAGE = new Set(['content-length', 'transfer-encoding', 'host']);
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface ProxyOptions {
  /** Ready pods of the release that is live at this moment. */
  readonly endpoints: (app: AppRef) => readonly Endpoint[];
  /** Whether there is such an App; asked only where it has no endpoint. */
  readonly isThere: (app: AppRef) => Promise<boolean>;
}

/** Follows Services: every request goes to the next ready pod of what is live. A request under way stays where it is. */
export function appProxy({ endpoints, isThere }: ProxyOptions): AppProxy {
  const agent = new Agent({ keepAlive: true });
  const proxy = new ProxyServer<IncomingMessage, ServerResponse>({ xfwd: true });
  const sockets = new Set<Socket>();
  let turn = 0;
  proxy.on('proxyRes', (answer: IncomingMessage, _req: IncomingMessage, res: ServerResponse) => {
    const fault = faultOf(answer);
    if (fault !== undefined) {
      refuse(res, 502, `The App's answer cannot be passed on: ${fault}.`);
      answer.destroy();
    }
    strip(answer.headers);
    // HTTP's own words for the status do. Node throws at some that an App may send, where nobody could catch it.
    answer.statusMessage = '';
  });
  proxy.on('proxyReq', (sent: ClientRequest, _req: IncomingMessage, res: ServerResponse) =>
    // Where nobody listens for it, Node ends the connection and says nothing: the visitor would wait for ever.
    sent.once('upgrade', (_answer, socket) => {
      socket.destroy();
      refuse(res, 502, 'The App switched to another protocol, unasked.');
    }),
  );

  /** The next endpoint, or why there is none. */
  const route = async (app: AppRef): Promise<{ target: string } | { status: number; why: string }> => {
    const ready = endpoints(app);
    const endpoint = ready[turn++ % ready.length];
    if (endpoint) return { target: `http://${endpoint.host}:${endpoint.port}` };
    const name = `${app.namespace}/${app.name}`;
    if (!(await isThere(app))) return { status: 404, why: `There is no App ${name} here.` };
    return { status: 503, why: `Nothing of ${name} is live: no release has a ready pod.` };
  };

  return {
    async request(app, req, res) {
      strip(req.headers);
      for (const name of FORWARDED) delete req.headers[name];
      // Node has told the visitor to go on, and sends the body with the head: there is nothing left to expect.
      delete req.headers.expect;
      const forward = async (last: boolean): Promise<void> => {
        const to = await route(app);
        if ('why' in to) return refuse(res, to.status, to.why);
        try {
          // A pod may close a kept connection just when it is used again. Only what can be sent twice takes that risk.
          await proxy.web(req, res, { target: to.target, ...(last ? { agent: false } : { agent }) });
        } catch (err) {
          if (res.headersSent || res.destroyed) return void res.destroy();
          if (!last) return forward(true);
          refuse(res, 502, `${app.namespace}/${app.name} did not answer: ${(err as Error).message}`);
        }
      };
      await forward(!isRepeatable(req));
    },

    async upgrade(app, req, socket, head) {
      const to = await route(app);
      if ('why' in to)
        return void socket.end(`HTTP/1.1 ${to.status} \r\nconnection: close\r\n\r\n${to.why}\n`);
      for (const name of FORWARDED) delete req.headers[name];
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      await proxy.ws(req, socket, { target: to.target }, head).catch(() => socket.destroy());
    },

    close() {
      for (const socket of sockets) socket.destroy();
      agent.destroy();
    },
  };
}

const isRepeatable = ({ method = '', headers }: IncomingMessage) =>
  REPEATABLE.has(method) && !headers['content-length'] && !headers['transfer-encoding'];

/** Why an answer cannot be passed on: it is none of HTTP's, or its end could not be told. */
function faultOf({ statusCode = 0, headers }: IncomingMessage): string | undefined {
  if (statusCode < 200) return `its status is ${statusCode}`;
  const coding = headers['transfer-encoding'];
  return coding === undefined || /(^|,)\s*chunked\s*$/i.test(coding)
    ? undefined
    : 'its transfer coding is not chunked';
}

function strip(headers: IncomingHttpHeaders): void {
  const named = (headers.connection ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => !OF_THE_MESSAGE.has(name));
  for (const name of [...named, ...HOP_BY_HOP]) delete headers[name];
}

function refuse(res: ServerResponse, status: number, why: string): void {
  // What has begun can only be broken off.
  if (res.headersSent) return void res.destroy();
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
}
