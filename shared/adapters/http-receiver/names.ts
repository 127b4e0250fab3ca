import { type LookupAddress, promises } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** Milliseconds for one server, and how many times: both go by before an attempt is over. */
const TIMEOUT_MS = 2000;
const TRIES = 2;

/** The name leads to no address that may be spoken to. */
export class RefusedAddressError extends Error {}

/**
 * Looks a name up as the connection is made, and gives of its addresses those that are allowed: no second look-up can say otherwise.
 * It asks DNS itself: `dns.lookup` has four threads for the whole process, and name servers that never answer (a tenant may have some)
 * would hold up whoever else needs a name.
 */
export function checkedLookup(
  isAllowed: (address: string) => boolean,
  nameServers?: readonly string[],
): LookupFunction {
  const resolver = new promises.Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (nameServers) resolver.setServers(nameServers);
  return (name, { all }, callback) => {
    addressesOf(resolver, name).then(
      (found) => {
        const [first, ...others] = found.filter(({ address }) => isAllowed(address));
        if (!first) callback(new RefusedAddressError(), []);
        else if (all) callback(null, [first, ...others]);
        else callback(null, first.address, first.family);
      },
      (err: NodeJS.ErrnoException) => callback(err, []),
    );
  };
}

async function addressesOf(resolver: promises.Resolver, name: string): Promise<readonly LookupAddress[]> {
  // No name server is asked for it (RFC 6761, 6.3).
  if (/(^|\.)localhost$/.test(name)) return [addressOf(4)('127.0.0.1'), addressOf(6)('::1')];
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  if (v4.status === 'rejected' && v6.status === 'rejected') throw v4.reason;
  return [
    ...(v4.status === 'fulfilled' ? v4.value.map(addressOf(4)) : []),
    ...(v6.status === 'fulfilled' ? v6.value.map(addressOf(6)) : []),
  ];
}

const addressOf = (family: 4 | 6) => (address: string) => ({ address, family });
