import { connect, constants, type IncomingHttpHeaders } from 'node:http2';

/**
 * The gRPC health checking protocol (grpc.health.v1.Health/Check). Its two messages have one field each, so their
 * protobuf encoding is written out here: field 1 of the request is the service's name, field 1 of the answer its state.
 */
const STATES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
const STATE_TAG = 0x08;
const MOST_BYTES = 64 * 1024;

export function grpcProbe(port: number, service: string, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const session = connect(`http://127.0.0.1:${port}`);
    const end = (fault?: string) => {
      clearTimeout(timer);
      session.destroy();
      resolve(fault);
    };
    const timer = setTimeout(() => end(`timeout: no answer within ${timeoutMs / 1000}s`), timeoutMs);
    session.once('error', (error) => end(`failed to connect service "127.0.0.1:${port}": ${error.message}`));

    const call = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const parts: Buffer[] = [];
    let size = 0;
    let status: string | undefined;
    const readStatus = (headers: IncomingHttpHeaders) => {
      status = headers['grpc-status']?.toString() ?? status;
    };
    call.on('response', readStatus);
    call.on('trailers', readStatus);
    call.on('data', (part: Buffer) => {
      size += part.length;
      if (size > MOST_BYTES) end('the answer is too long');
      else parts.push(part);
    });
    call.once('error', (error) => end(error.message));
    call.once('end', () => end(faultOf(status, Buffer.concat(parts))));
    call.end(request(service));
  });
}

/** A gRPC message: not compressed, its length in four bytes, then the message. */
function request(service: string): Buffer {
  const name = Buffer.from(service);
  const message = name.length ? Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]) : name;
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function faultOf(status: string | undefined, answer: Buffer): string | undefined {
  if (String(status) !== '0')
    return `the health check failed with grpc-status ${String(status ?? 'missing')}`;
  const state = answer[5] === STATE_TAG ? (answer[6] ?? 0) : 0;
  return state === 1 ? undefined : `service unhealthy (responded with "${STATES[state] ?? state}")`;
}

const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >> 7)];
