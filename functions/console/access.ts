import { createHash, timingSafeEqual } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { Context, MiddlewareHandler } from 'hono';
import type { PageEnv } from './pages/page-env.ts';
import { refusal } from './problem.ts';

/** Only whoever has the token. Compared as digests in constant time: neither length nor a common start shows. */
export function tokenOnly(token: string): MiddlewareHandler<PageEnv> {
  const wanted = sha256(token);
  return async (c, next) => {
    const given = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (given === undefined || !timingSafeEqual(sha256(given), wanted)) {
      throw refusal(
        401,
        given === undefined
          ? 'The API needs its token: send Authorization: Bearer <token>; the cite command takes it from CITE_TOKEN.'
          : 'This is not the token of the API.',
        { headers: { 'www-authenticate': 'Bearer realm="cite"' } },
      );
    }
    c.set('person', 'somebody with the API token');
    await next();
  };
}

/**
 * For the wiring that binds to loopback and has no token: whoever is on the machine may. A web page that the person
 * happens to look at may not, be it from another origin or by a name of its own that leads here (DNS rebinding).
 */
export const thisMachineOnly: MiddlewareHandler<PageEnv> = async (c, next) => {
  if (!isThisMachine(c)) {
    throw refusal(403, 'Without a token the API answers only on this machine: ask http://localhost for it.');
  }
  c.set('person', personOfThisMachine());
  await next();
};

/** As the cite command says it. A user without a name, as containers have them, is known by the number. */
function personOfThisMachine(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `${process.getuid?.() ?? 'somebody'}@${hostname()}`;
  }
}

function isThisMachine(c: Context): boolean {
  const host = c.req.header('host') ?? '';
  const origin = c.req.header('origin');
  const isLoopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
  return isLoopback && (origin === undefined || origin === `http://${host}`);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();
