import { request } from 'node:http';
import { connect } from 'node:net';
import type { Address } from '../../domain/workload.ts';
import type { Probe } from '../../ports/probe.ts';

/** Asks on a new connection: an open one would stay on the old release (knative.md). */
export const httpProbe: Probe = {
  fault(address, readiness) {
    const timeoutMs = readiness.timeoutSeconds * 1000;
    return readiness.http ? get(address, readiness.http.path, timeoutMs) : open(address, timeoutMs);
  },
};

function get(
  { host, port, authority }: Address,
  path: string,
  timeoutMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Of the whole answer: an app that sends a byte now and then is never silent.
    const signal = AbortSignal.timeout(timeoutMs);
    const req = request(
      { host, port, path, agent: false, signal, headers: { host: authority, connection: 'close' } },
      (res) => {
        const status = res.statusCode ?? 0;
        res.destroy();
        resolve(status >= 200 && status < 400 ? undefined : `GET ${path} answered ${status}`);
      },
    );
    // Where nobody listens for it, Node ends the connection and says nothing: no limit would end the wait.
    req.once('upgrade', ({ statusCode }, socket) => {
      socket.destroy();
      resolve(`GET ${path} answered ${statusCode}`);
    });
    req.on('error', (err) =>
      resolve(`GET ${path}: ${signal.aborted ? `no answer in ${timeoutMs} ms` : err.message}`),
    );
    req.once('close', () => resolve(`GET ${path}: the connection ended without an answer`));
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
    socket.once('timeout', () => end(`no connection in ${timeoutMs} ms`));
    socket.once('error', (err) => end(`no connection: ${err.message}`));
  });
}
