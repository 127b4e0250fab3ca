import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { HTTPException } from 'hono/http-exception';
import type { Grant } from '../../shared/domain/grant.ts';
import type { SignIn } from '../../shared/ports/sign-in.ts';
import { bearerOf, isToken, known, noToken } from './access.ts';
import { idOf, TOKEN_PREFIX } from './grant-secret.ts';
import type { Needs } from './needs.ts';
import { signInPath } from './pages/addresses.ts';
import type { PageEnv } from './pages/page-env.ts';
import { refusal } from './problem.ts';
import { rightsOf } from './rights.ts';
import { unseal } from './seal.ts';
import { sessionCookie } from './session-cookie.ts';

/** For the pages: whoever has signed in with this browser. Who has not is shown where; a stream or a form is told. */
export const signedInPerson =
  (ports: Needs, signIn: SignIn): MiddlewareHandler<PageEnv> =>
  async (c, next) => {
    const { name } = sessionCookie(ports.config);
    try {
      if (!(await enter(c, ports, signIn, 'session', getCookie(c, name))))
        throw refusal(
          401,
          'You are not signed in, or no longer. Open a page of the console, and sign in there.',
        );
    } catch (err) {
      const isPage = c.req.method === 'GET' && !c.req.header('accept')?.includes('text/event-stream');
      if (isPage && err instanceof HTTPException && err.status === 401)
        return c.redirect(signInPath(addressOf(c)), 303);
      throw err;
    }
    return next();
  };

/** For the API: whoever has the platform's token, or a token of a person who has signed in. */
export function personalToken(ports: Needs, signIn: SignIn, token: string): MiddlewareHandler<PageEnv> {
  const isIt = isToken(token);
  return async (c, next) => {
    const given = bearerOf(c);
    if (given !== undefined && isIt(given)) known(c, 'somebody');
    else if (!given?.startsWith(TOKEN_PREFIX) || !(await enter(c, ports, signIn, 'token', given)))
      throw noToken(given);
    await next();
  };
}

/** False: this secret lets nobody in. */
async function enter(
  c: Context<PageEnv>,
  ports: Needs,
  signIn: SignIn,
  kind: Grant['kind'],
  secret: string | undefined,
): Promise<boolean> {
  const grant = secret === undefined ? undefined : await ports.store.getGrant(idOf(secret));
  if (secret === undefined || grant?.kind !== kind) return false;
  c.set('person', grant.login);
  c.set('login', grant.login);
  c.set('rights', await rightsOf(ports, signIn, grant, unseal(grant.sealed, secret)));
  c.set('audience', grant.login);
  c.set('grant', { ...grant, secret });
  c.set('enterAgain', async () => {
    if (!(await enter(c, ports, signIn, kind, secret))) throw refusal(401, 'You are no longer signed in.');
  });
  return true;
}

const addressOf = ({ req }: Context) => {
  const { pathname, search } = new URL(req.url);
  return `${pathname}${search}`;
};
