import { createHash, timingSafeEqual } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { Context, MiddlewareHandler } from 'hono';
import { auth as basicAuth } from 'hono/utils/basic-auth';
import type { PageEnv } from './pages/page-env.ts';
import { refusal } from './problem.ts';
import { everything, type Rights } from './rights.ts';
import { person } from './schemas.ts';

/**
 * Only whoever has the token: programs send it as a bearer's. For /api and the pages; /openapi.json is everybody's: it
 * says how to ask and nothing of what is there, and is the same wherever this version is installed.
 */
export function tokenOnly(token: string): MiddlewareHandler<PageEnv> {
  const isIt = isToken(token);
  return async (c, next) => {
    const given = bearerOf(c);
    if (given === undefined || !isIt(given)) throw noToken(given);
    known(c, 'somebody');
    await next();
  };
}

/** `given`: what was sent in its place. */
export const noToken = (given: string | undefined) =>
  refusal(401, given === undefined ? NO_TOKEN : 'This is not the token of the API.', {
    headers: { 'www-authenticate': 'Bearer realm="cite"' },
  });

const NO_TOKEN =
  'The API needs its token: send Authorization: Bearer <token>; the cite command takes it from CITE_TOKEN.';

/**
 * For the pages: a browser asks for a name, by which everybody is told who did it, and for the token as the password.
 * Not for the API: browsers send a password along whoever asks them to, and only pages ask where a form came from.
 */
export function tokenAsPassword(token: string): MiddlewareHandler<PageEnv> {
  const isIt = isToken(token);
  return async (c, next) => {
    const given = basicAuth(c.req.raw);
    if (!isIt(given?.password ?? bearerOf(c) ?? '')) {
      throw refusal(401, 'Give any name of yours, and the token of the API as the password.', {
        headers: { 'www-authenticate': 'Basic realm="cite", charset="UTF-8"' },
      });
    }
    known(c, person.safeParse(given?.username).data ?? 'somebody');
    await next();
  };
}

/** Who has no account of their own here may do everything: they are whoever was given the key to all of it. */
export function known(c: Context<PageEnv>, who: string): void {
  c.set('person', who);
  c.set('login', undefined);
  c.set('grant', undefined);
  c.set('rights', everything);
  c.set('enterAgain', async () => {});
  c.set('audience', '');
}

/** Whoever asks the API for something: who has signed in is nobody else; others are who they say, else whom the console takes them for. */
export const askerOf = (c: Context, by: string | undefined): string => loginOf(c) ?? by ?? c.get('person');

/** For routes of the API, whose context knows of no variables. */
export const loginOf = (c: Context): string | undefined => c.get('login');
export const rightsOfAsker = (c: Context): Rights => c.get('rights');

export const bearerOf = ({ req }: Context) => /^Bearer (.+)$/i.exec(req.header('authorization') ?? '')?.[1];

/** Compared as digests in constant time: neither length nor a common start shows. */
export function isToken(token: string): (given: string) => boolean {
  const wanted = sha256(token);
  return (given) => timingSafeEqual(sha256(given), wanted);
}

/**
 * For the wiring that binds to loopback and has no token: whoever is on the machine may. A web page that the person
 * happens to look at may not, be it from another origin or by a name of its own that leads here (DNS rebinding).
 */
export const thisMachineOnly: MiddlewareHandler<PageEnv> = async (c, next) => {
  if (!isThisMachine(c)) {
    throw refusal(403, 'Without a token the API answers only on this machine: ask http://localhost for it.');
  }
  known(c, personOfThisMachine());
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
