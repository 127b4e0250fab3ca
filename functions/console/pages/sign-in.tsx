import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Grant } from '../../../shared/domain/grant.ts';
import { sentence } from '../../../shared/domain/plain-text.ts';
import type { SignIn } from '../../../shared/ports/sign-in.ts';
import { audited } from '../audit.ts';
import { idOf, newSecret } from '../grant-secret.ts';
import type { Needs } from '../needs.ts';
import { refusal } from '../problem.ts';
import { seal } from '../seal.ts';
import { SESSION_MS, sessionCookie, signInCookie } from '../session-cookie.ts';
import { ownPath, signInPath } from './addresses.ts';
import { answerPage } from './answer-page.tsx';
import type { PageEnv } from './page-env.ts';

/** What the browser keeps while its person is at GitHub. */
const begun = z.object({ state: z.string().min(1), verifier: z.string().min(1), to: z.string() });

/** Characters of a browser's name, in the list of what lets its person in. */
const MAX_BROWSER = 120;

const random = () => randomBytes(32).toString('base64url');

/** To sign in with GitHub (RFC 6749 4.1, with PKCE), for who is not yet. */
export function signInRoutes(ports: Needs, signIn: SignIn): Hono<PageEnv> {
  const { store, clock, config } = ports;
  const session = sessionCookie(config);
  const redirectUrl = `${config.CONSOLE_URL}/sign-in/callback`;

  return new Hono<PageEnv>()
    .use((c, next) => {
      c.set('login', undefined);
      c.set('audience', '');
      return next();
    })
    .get('/sign-in', (c) =>
      answerPage(c, async () => ({
        title: 'Sign in',
        isFinal: true,
        main: <Welcome to={ownPath(c.req.query('to'))} />,
      })),
    )
    .get('/sign-in/github', (c) => {
      const kept = { state: random(), verifier: random(), to: ownPath(c.req.query('to')) };
      const away = signInCookie(config, kept.state);
      setCookie(c, away.name, Buffer.from(JSON.stringify(kept)).toString('base64url'), away.options);
      const challenge = createHash('sha256').update(kept.verifier).digest('base64url');
      return c.redirect(signIn.address({ state: kept.state, challenge, redirectUrl }), 303);
    })
    .get('/sign-in/callback', async (c) => {
      const { code, state = '', error } = c.req.query();
      const away = signInCookie(config, state);
      const kept = readBegun(getCookie(c, away.name));
      if (!kept || !isSame(state, kept.state))
        throw refusal(400, `This sign-in was not begun in this browser, or too long ago. ${AGAIN}`);
      if (error !== undefined || code === undefined)
        throw refusal(403, `GitHub did not let you in. ${AGAIN}`);
      const token = await signIn.tokenFor(code, { redirectUrl, verifier: kept.verifier });
      const person = token === undefined ? undefined : await signIn.person(token);
      if (token === undefined || person === undefined)
        throw refusal(403, `GitHub does not take its own code: it was used before, or is too old. ${AGAIN}`);
      deleteCookie(c, away.name, away.options);
      const { id, login } = person;
      await endOldest(store, id);
      const secret = newSecret();
      const now = clock();
      const grant: Grant = {
        id: idOf(secret),
        kind: 'session',
        person: id,
        login,
        name: sentence(c.req.header('user-agent') ?? '', MAX_BROWSER),
        scope: 'admin',
        createdAt: now.toISOString(),
        endsAt: new Date(now.getTime() + SESSION_MS).toISOString(),
        sealed: seal(token, secret),
      };
      await audited(ports, c, { action: 'signed in', by: login }, () => store.saveGrant(grant));
      setCookie(c, session.name, secret, session.options);
      return c.redirect(kept.to, 303);
    });
}

/** Sessions of one person: who signs in once more ends the oldest. */
const MOST_SESSIONS = 20;

async function endOldest(store: Needs['store'], person: string): Promise<void> {
  const sessions = (await store.listGrants(person)).filter(({ kind }) => kind === 'session');
  for (const { id } of sessions.slice(MOST_SESSIONS - 1)) await store.endGrant(id);
}

const AGAIN = 'Go to /sign-in, and try again.';

/** To sign out: this browser's session ends everywhere. */
export const signOutRoutes = (ports: Needs) =>
  new Hono<PageEnv>().post('/sign-out', async (c) => {
    const grant = c.get('grant');
    if (grant) {
      await audited(ports, c, { action: 'signed out', by: grant.login }, () =>
        ports.store.endGrant(grant.id),
      );
      const { name, options } = sessionCookie(ports.config);
      deleteCookie(c, name, options);
    }
    return c.redirect(signInPath('/'), 303);
  });

function readBegun(cookie: string | undefined): z.output<typeof begun> | undefined {
  try {
    return begun.parse(JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString()));
  } catch {
    return undefined;
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const Welcome = ({ to }: { to: string }) => (
  <section>
    <h1>Sign in</h1>
    <p>
      You see and do here what GitHub lets you: who may read a repository may look at its Apps, who may push
      to it deploys and rolls back, who administers it may delete.
    </p>
    <p>
      <a class="button does" href={`/sign-in/github?${new URLSearchParams({ to })}`}>
        Sign in with GitHub
      </a>
    </p>
  </section>
);
