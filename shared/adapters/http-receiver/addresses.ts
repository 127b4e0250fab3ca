import ipaddr from 'ipaddr.js';

/** All that IANA has given out for the internet so far: https://www.iana.org/assignments/ipv6-address-space. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an address is one of the internet's: neither this machine, the pods and nodes beside it, the cloud's metadata
 * service, nor what leads to those by another spelling (IPv4 inside IPv6).
 */
export function isPublic(address: string): boolean {
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST);
}

export function isWithin(address: string, ranges: readonly string[]): boolean {
  const parsed = ipaddr.process(address);
  return ranges
    .map((range) => ipaddr.parseCIDR(range))
    .some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
}
