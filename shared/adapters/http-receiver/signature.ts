import { Webhook } from 'standardwebhooks';
import type { Letter } from '../../ports/receivers.ts';

/** The specification's own least: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const LEAST_KEY_BYTES = 24;

/** The headers by which a receiver knows who sent it, and what was sent before. Undefined: that is no key. */
export function signatureHeaders(
  { id, at, body }: Letter,
  key: string,
): Readonly<Record<string, string>> | undefined {
  const base64 = key.replace(/^whsec_/, '');
  if (Buffer.from(base64, 'base64').length < LEAST_KEY_BYTES) return undefined;
  try {
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(base64).sign(id, at, body),
    };
  } catch {
    return undefined; // No base64.
  }
}
