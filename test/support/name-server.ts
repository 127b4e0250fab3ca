import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A name server that knows these names, with their IPv4 addresses, and says nothing of any other (RFC 1035, 4.1). */
export async function openNameServer(names: Readonly<Record<string, readonly string[]>>) {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, end, isV4 } = questionOf(query);
    const addresses = names[name];
    if (!addresses) return;
    const records = isV4 ? addresses.map(record) : [];
    const header = Buffer.from([...query.subarray(0, 2), 0x81, 0x80, 0, 1, 0, records.length, 0, 0, 0, 0]);
    socket.send(Buffer.concat([header, query.subarray(12, end), ...records]), from.port, from.address);
  });
  await once(socket.bind(0, '127.0.0.1'), 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, close: () => socket.close() };
}

function questionOf(query: Buffer) {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 5, isV4: query.readUInt16BE(at + 1) === 1 };
}

/** Of the name that was asked for: type A, class IN, not to be kept. */
const record = (address: string) =>
  Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]);
