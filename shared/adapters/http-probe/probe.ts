import { request } from 'node:http';
import { connect } from 'node:net';
import type { Probe } from '../../ports/probe.ts';

/** Asks through the Service on a new connection: an open one would stay on the old release (knative.md). */
export const httpProbe: Probe = {
  fault(address, readiness) {
    const timeoutMs = readiness.timeoutSeconds * 1000;
    return readiness.http ? get(address, readiness.http.path, timeoutMs) : open(address, timeoutMs);
  },
};

interface Address {
  readonly host: string;
  readonly port: number;
  readonly authority: string;
}

function get(
  { host, port, authority }: Address,
  path: string,
  timeoutMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const req = request(
      {
        host,
        port,
        path,
        agent: false,
        timeout: timeoutMs,
        headers: { host: authority, connection: 'close' },
      },
      (res) => {
        const status = res.statusCode ?? 0;
        res.destroy();
        resolve(
          status >= 200 && status < 400 ? undefined : `GET ${path} through the Service answered ${status}`,
        );
      },
    );
    req.once('timeout', () => req.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    req.once('error', (err) => resolve(`GET ${path} through the Service: ${err.message}`));
    req.end();
  });
}

function open({ host, port }: Address, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (fault: string | undefined) => {
      socket.destroy();
      resolve(fault);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end(`no connection through the Service in ${timeoutMs} ms`));
    socket.once('error', (err) => end(`no connection through the Service: ${err.message}`));
  });
}
