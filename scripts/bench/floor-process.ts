import { createHmac, timingSafeEqual } from 'node:crypto';
import { Agent, createServer, request } from 'node:http';
import { given, serve } from './in-child.ts';

/** The least that a receiver of webhooks does on Node: signature on the raw body, JSON, one event out, 202. */
const { secret, sink } = given<{ secret: string; sink?: string }>();
const agent = new Agent({ keepAlive: true });

function signatureHolds(body: Buffer, signature: string): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const actual = Buffer.from(signature);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function emit(url: string, delivery: string, done: (status: number) => void): void {
  const data = JSON.stringify({ delivery });
  const headers = {
    'ce-specversion': '1.0',
    'ce-id': delivery,
    'ce-type': 'com.github.push',
    'ce-source': '/floor',
    'content-type': 'application/json',
    'content-length': data.length,
  };
  request(url, { method: 'POST', headers, agent }, (res) => {
    res.resume().once('end', () => done(res.statusCode ?? 500));
  })
    .once('error', () => done(502))
    .end(data);
}

await serve(
  createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.once('end', () => {
      const body = Buffer.concat(parts);
      if (!signatureHolds(body, String(req.headers['x-hub-signature-256']))) return res.writeHead(401).end();
      const payload = JSON.parse(body.toString()) as { after?: string };
      if (payload.after === undefined) return res.writeHead(400).end();
      if (sink === undefined) return res.writeHead(202).end();
      return emit(sink, String(req.headers['x-github-delivery']), (status) => res.writeHead(status).end());
    });
  }),
);
