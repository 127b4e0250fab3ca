import { type Agent, type IncomingMessage, request } from 'node:http';
import { binaryHeaders, type StoredEvent } from './event.ts';
import { judge, type Outcome } from './retry.ts';

/** More than fits in `knativeerrordata`; what follows is read and forgotten. */
const KEPT_BYTES = 1024;

/** One attempt: the event by POST in binary mode. Never rejects: no answer is an outcome too. */
export function send(url: string, event: StoredEvent, agent: Agent, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const fail = (code: number, detail: string) => resolve({ kind: 'failed', again: true, code, detail });
    const headers = { ...binaryHeaders(event), prefer: 'reply' };
    const req = request(url, { method: 'POST', headers, agent });
    const timer = setTimeout(() => {
      fail(504, `no answer in ${timeoutMs} ms`);
      req.destroy();
    }, timeoutMs);
    req.once('close', () => clearTimeout(timer));
    req.once('error', (err) => fail(502, err.message));
    req.once('response', (res) => {
      const parts: Buffer[] = [];
      let size = 0;
      res.on('data', (part: Buffer) => {
        if (size < KEPT_BYTES) parts.push(part);
        size += part.length;
      });
      res.once('error', (err) => fail(502, err.message));
      res.once('end', () => {
        const body = Buffer.concat(parts).subarray(0, KEPT_BYTES).toString();
        resolve(judge({ status: res.statusCode ?? 500, body, reply: isEvent(res) }));
      });
    });
    req.end(event.data);
  });
}

const isEvent = ({ headers }: IncomingMessage) =>
  headers['ce-specversion'] !== undefined ||
  headers['content-type']?.startsWith('application/cloudevents') === true;
