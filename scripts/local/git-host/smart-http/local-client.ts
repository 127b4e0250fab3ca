import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const isLoopback = (address: string) => {
  const version = isIP(address);
  return version !== 0 && loopback.check(address, version === 6 ? 'ipv6' : 'ipv4');
};

/**
 * Whether a request comes from this machine and was meant for it: a web page whose name was made to resolve to the
 * loopback address also comes from here, but names its own host.
 */
export function isLocal(req: IncomingMessage): boolean {
  const hostname = URL.parse(`http://${req.headers.host}`)?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const isLocalName = hostname === 'localhost' || hostname.endsWith('.localhost') || isLoopback(hostname);
  return isLocalName && isLoopback(req.socket.remoteAddress ?? '');
}
