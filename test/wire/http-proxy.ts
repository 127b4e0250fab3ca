import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  Agent as PlainAgent,
  request as plain,
} from 'node:http';
import { createSecureServer } from 'node:http2';
import { type RequestOptions, Agent as SecureAgent, request as secure } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { selfSigned } from '../support/self-signed.ts';
import type { Fault, FaultyWay } from './once.ts';

export interface HttpProxy extends FaultyWay<HttpFault> {
  readonly url: string;
  /** Certificate of its own authority, where it speaks TLS. */
  readonly ca: string;
  /** Versions of HTTP that it was spoken to in. */
  readonly versions: ReadonlySet<string>;
}

export interface HttpFault extends Fault {
  readonly befall: (exchange: Exchange) => void | Promise<void>;
}

/** One request, and what can be done with it. */
export interface Exchange {
  /** Has the request done, and gives the whole answer. */
  forward(): Promise<Answer>;
  /** As the beginning of an answer, of that many bytes where it is to be a whole one. */
  head(answer: Omit<Answer, 'body'>, length?: number): void;
  write(part: Buffer): void;
  end(): void;
  /** Ends the connection in the way of TCP: with a reset, or as if all had been said. */
  reset(): void;
  hangUp(): void;
  /** As where a firewall has forgotten the connection: nothing comes on it any more. */
  goSilent(): void;
  readonly isOver: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** What the two versions of HTTP have in common of an answer. */
interface Reply {
  readonly destroyed: boolean;
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown;
  flushHeaders(): void;
  write(part: Buffer): unknown;
  end(part?: Buffer): unknown;
}

/** Headers of one connection, which HTTP/2 does not have. */
const HOP_BY_HOP = /^(connection|keep-alive|transfer-encoding|upgrade|http2-settings|host|:.*)$/;

export async function httpProxy(target: string, tls?: RequestOptions): Promise<HttpProxy> {
  const upstream = new URL(target);
  const isSecure = upstream.protocol === 'https:';
  const agent = new (isSecure ? SecureAgent : PlainAgent)({ keepAlive: true });
  const requests: string[] = [];
  const versions = new Set<string>();
  let choose: (index: number) => HttpFault | undefined = () => undefined;
  const sockets = new Map<number | undefined, Socket>();
  const silent = new WeakSet<Socket>();

  const ask = (req: IncomingMessage) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { hostname, port, protocol } = upstream;
      const headers = { ...without(req.headers), host: upstream.host };
      const options = { ...tls, hostname, port, protocol, path: req.url, method: req.method, headers, agent };
      const asked = isSecure ? secure(options, resolve) : plain(options, resolve);
      req.pipe(asked).once('error', reject);
      req.once('close', () => req.complete || asked.destroy());
    });

  const serve = async (req: IncomingMessage, res: Reply & NodeJS.EventEmitter) => {
    requests.push(`${req.method} ${req.url}`);
    versions.add(req.httpVersion);
    const fault = choose(requests.length - 1);
    const socket = sockets.get(req.socket.remotePort);
    if (socket && silent.has(socket)) return;
    res.on('error', () => {});
    if (!fault) {
      const answer = await ask(req).catch(() => undefined);
      if (!answer) return void socket?.resetAndDestroy();
      res.once('close', () => answer.destroy());
      res.writeHead(answer.statusCode ?? 502, without(answer.headers));
      res.flushHeaders();
      try {
        for await (const part of answer) res.write(part);
        res.end();
      } catch {
        socket?.resetAndDestroy();
      }
      return;
    }
    const exchange: Exchange = {
      async forward() {
        const answer = await ask(req);
        const parts: Buffer[] = [];
        for await (const part of answer) parts.push(part);
        return {
          status: answer.statusCode ?? 502,
          headers: without(answer.headers),
          body: Buffer.concat(parts),
        };
      },
      head({ status, headers }, length) {
        const { 'content-length': _, ...others } = headers;
        res.writeHead(status, { ...others, ...(length === undefined ? {} : { 'content-length': length }) });
        res.flushHeaders();
      },
      write: (part) => void (res.destroyed || res.write(part)),
      end: () => void res.end(),
      reset: () => void socket?.resetAndDestroy(),
      hangUp: () => void socket?.destroy(),
      goSilent: () => void (socket && silent.add(socket)),
      get isOver() {
        return res.destroyed || (socket?.destroyed ?? true);
      },
    };
    try {
      await fault.befall(exchange);
    } catch {
      exchange.reset();
    }
  };

  if (isSecure) authority ??= selfSigned();
  const certificate = isSecure ? await authority : undefined;
  const server: Server = certificate
    ? createSecureServer(
        { ...certificate, allowHTTP1: true },
        (req, res) => void serve(req as never, res as never),
      )
    : createServer((req, res) => void serve(req, res));
  server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(remotePort));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${upstream.protocol}//127.0.0.1:${port}`,
    ca: certificate?.cert ?? '',
    requests,
    versions,
    befall(chosen) {
      requests.length = 0;
      choose = chosen;
    },
    close() {
      server.close();
      agent.destroy();
      for (const socket of sockets.values()) socket.destroy();
    },
  };
}

const without = (headers: OutgoingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.test(name)));

/** One for all proxies: it takes its time to be made. */
let authority: Promise<{ readonly key: string; readonly cert: string }> | undefined;
