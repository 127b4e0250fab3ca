import type { CookieOptions } from 'hono/utils/cookie';
import type { Needs } from './needs.ts';

/** How long somebody stays signed in. */
export const SESSION_MS = 30 * 86_400_000;

/** A browser that left for GitHub comes back within this, or begins anew. */
const SIGN_IN_SECONDS = 600;

interface Cookie {
  readonly name: string;
  readonly options: CookieOptions;
}

/** No script reads it, no other site sends it along but with a link, and none of another host can have set it (RFC 6265bis, `__Host-`). */
const cookie = (
  name: string,
  { CONSOLE_URL }: Pick<Needs['config'], 'CONSOLE_URL'>,
  maxAge: number,
): Cookie => {
  const secure = CONSOLE_URL?.startsWith('https:') ?? false;
  return {
    name: secure ? `__Host-${name}` : name,
    options: { httpOnly: true, secure, sameSite: 'Lax', path: '/', maxAge },
  };
};

export const sessionCookie = (config: Needs['config']) => cookie('cite', config, SESSION_MS / 1000);

/** What a browser has to bring back from GitHub: one for each tab that went there. */
export const signInCookie = (config: Needs['config'], state: string) =>
  cookie(`cite-sign-in-${state.replace(/[^\w-]/g, '').slice(0, 12)}`, config, SIGN_IN_SECONDS);
