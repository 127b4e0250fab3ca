import { createHash, randomBytes } from 'node:crypto';

/** Programs' tokens begin so: scanners of leaked secrets find them by it. */
export const TOKEN_PREFIX = 'cite_';

/** 256 random bits: what a browser keeps in its cookie. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** By this the store finds the grant: nobody comes back from it to the secret. */
export const idOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
