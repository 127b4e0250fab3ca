import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** Programs' tokens begin so: scanners of leaked secrets find them by it. */
export const TOKEN_PREFIX = 'cite_';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** 256 random bits: what a browser keeps in its cookie. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** By this the store finds the grant: nobody comes back from it to the secret. */
export const idOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Locks a text so that the secret alone opens it: what is in the store is of no use to whoever reads it there. */
export function seal(secret: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(secret), nonce);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** Throws an Error where it was sealed with another secret, or has been changed. */
export function unseal(secret: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const [nonce, rest] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES)];
  const decipher = createDecipheriv(CIPHER, keyOf(secret), nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(rest.subarray(0, TAG_BYTES));
  return Buffer.concat([decipher.update(rest.subarray(TAG_BYTES)), decipher.final()]).toString('utf8');
}

/** Not the digest that the store knows, nor to be made from it. */
const keyOf = (secret: string) =>
  Buffer.from(hkdfSync('sha256', secret, '', 'cite: the token of the code host', 32));
