import { isIP } from 'node:net';
import { Agent, request } from 'undici';
import type { Receivers, Unanswered } from '../../ports/receivers.ts';
import { isPublic, isWithin } from './addresses.ts';
import { checkedLookup, RefusedAddressError } from './names.ts';
import { signatureHeaders } from './signature.ts';

export interface ReceiversOptions {
  /** Ranges that may be spoken to although they are not public, by plain http, too. */
  readonly privateRanges: readonly string[];
  /** Of the whole exchange. */
  readonly timeoutMs?: number;
  /** `10.0.0.10:53`; the machine's own where none are given. */
  readonly nameServers?: readonly string[];
}

/** Slack answers within a second; a program should put down what it got and answer. */
const TIMEOUT_MS = 5000;
/** Read, and thrown away, so that the connection can be used again. */
const MAX_ANSWER_BYTES = 16 * 1024;

/**
 * Tenants choose the addresses, and this process stands where they do not: it speaks to public addresses
 * alone, whatever name leads there (names.ts). Redirects are not followed.
 */
export function httpReceivers({
  privateRanges,
  timeoutMs = TIMEOUT_MS,
  nameServers,
}: ReceiversOptions): Receivers {
  const maySpeakTo = {
    'https:': (address: string) => isPublic(address) || isWithin(address, privateRanges),
    'http:': (address: string) => isWithin(address, privateRanges),
  };
  const agentOf = (isAllowed: (address: string) => boolean) =>
    new Agent({ connect: { lookup: checkedLookup(isAllowed, nameServers), timeout: timeoutMs } });
  const agents = { 'https:': agentOf(maySpeakTo['https:']), 'http:': agentOf(maySpeakTo['http:']) };

  return {
    async post(letter) {
      const url = URL.canParse(letter.url) ? new URL(letter.url) : undefined;
      if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && privateRanges.length > 0)))
        return notAnAddress;
      if (url.username !== '' || url.password !== '') return withUser;
      // Node looks up no name that is an address already.
      const host = url.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) && !maySpeakTo[url.protocol](host)) return refusedAddress;
      const signature = letter.key === undefined ? {} : signatureHeaders(letter, letter.key);
      if (!signature) return notAKey;

      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const { statusCode, headers, body } = await request(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'user-agent': 'cite', ...signature },
          body: letter.body,
          dispatcher: agents[url.protocol],
          signal,
        });
        await body.dump({ limit: MAX_ANSWER_BYTES, signal }).catch(() => undefined);
        return { status: statusCode, ...retryAfter(headers['retry-after'], letter.at) };
      } catch (err) {
        return unanswered(err, signal.aborted, timeoutMs);
      }
    },
  };
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | string[] | undefined, now: Date): { readonly retryAfterMs?: number } {
  const given = String(header ?? '').trim();
  const wait = /^\d{1,9}$/.test(given) ? Number(given) * 1000 : Date.parse(given) - now.getTime();
  return wait > 0 ? { retryAfterMs: wait } : {};
}

const CORRECT = 'Correct the url in the Secret.';
const notAnAddress: Unanswered = { fault: 'its url is no https address', remedy: CORRECT };
const withUser: Unanswered = { fault: 'its url holds a user or a password', remedy: CORRECT };
const notAKey: Unanswered = {
  fault: 'its key is not whsec_ and base64 of 24 bytes or more',
  remedy: 'Put such a key into the Secret.',
};
const refusedAddress: Unanswered = {
  fault: 'its url leads to an address that is not public',
  remedy: 'Give another one, or have the platform team allow the range (NOTIFY_PRIVATE_RANGES).',
};

/** In words of our own: those of the error may hold the address. */
function unanswered(err: unknown, isTimedOut: boolean, timeoutMs: number): Unanswered {
  if (err instanceof RefusedAddressError) return refusedAddress;
  const code = err instanceof Error && 'code' in err ? String(err.code) : '';
  if (isTimedOut || code === 'UND_ERR_CONNECT_TIMEOUT') return { fault: `no answer in ${timeoutMs} ms` };
  if (code === 'ENOTFOUND' || code === 'ENODATA')
    return { fault: 'the host in its url has no address', remedy: CORRECT };
  if (/CERT|SIGNED|VERIFY/.test(code))
    return { fault: `its certificate is not valid (${code})`, remedy: 'Give the receiver a valid one.' };
  return { fault: /^[A-Z0-9_]+$/.test(code) ? `the connection failed (${code})` : 'the connection failed' };
}
