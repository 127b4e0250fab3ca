import { z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import type { Grant } from '../../../shared/domain/grant.ts';
import { rights } from '../../../shared/domain/right.ts';
import { audited } from '../audit.ts';
import { idOf, newSecret, TOKEN_PREFIX } from '../grant-secret.ts';
import type { Needs } from '../needs.ts';
import { refusal } from '../problem.ts';
import { line } from '../schemas.ts';
import { seal, unseal } from '../seal.ts';
import { Ago } from './ago.tsx';
import { answerPage } from './answer-page.tsx';
import { readForm } from './forms/form.ts';
import type { PageEnv } from './page-env.ts';

const DAY = 86_400_000;
/** Days that a token may last: one that nobody needs any more ends by itself. */
const DAYS = ['7', '30', '90', '365'] as const;
/** Of one person: with the sessions, no more than are listed. */
const MOST_TOKENS = 50;

const wanted = z.object({
  name: line(60).min(1, 'must say what it is for'),
  scope: z.enum(rights),
  days: z.enum(DAYS),
});
const named = z.object({ id: z.string().regex(/^[0-9a-f]{64}$/) });

const SCOPES = {
  read: 'look',
  write: 'deploy, go back, configure',
  admin: 'everything that you may',
} as const;

/** What lets programs in as the person who looks, and where they are signed in. */
export const tokenRoutes = (ports: Needs) => {
  const { store, clock } = ports;
  return new Hono<PageEnv>()
    .get('/tokens', (c) => {
      const { person } = requireGrant(c.get('grant'));
      return answerPage(c, async () => ({
        title: 'Tokens',
        isFinal: true,
        main: <Tokens grants={await store.listGrants(person)} now={clock()} own={c.get('grant')?.id} />,
      }));
    })
    .post('/tokens', async (c) => {
      const { person, login, secret: session, sealed } = requireGrant(c.get('grant'));
      const { name, scope, days } = await readForm(c, wanted);
      const there = (await store.listGrants(person)).filter(({ kind }) => kind === 'token');
      if (there.length >= MOST_TOKENS)
        throw refusal(409, `You have ${MOST_TOKENS} tokens already. End one that you do not need.`);
      const secret = `${TOKEN_PREFIX}${newSecret()}`;
      const now = clock();
      const grant: Grant = {
        id: idOf(secret),
        kind: 'token',
        person,
        login,
        name,
        scope,
        createdAt: now.toISOString(),
        endsAt: new Date(now.getTime() + Number(days) * DAY).toISOString(),
        sealed: seal(unseal(sealed, session), secret),
      };
      const details = { name, scope, days };
      await audited(ports, c, { action: 'token made', by: login, details }, () => store.saveGrant(grant));
      return answerPage(c, async () => ({
        title: 'Your token',
        isFinal: true,
        main: <Made secret={secret} />,
      }));
    })
    .post('/tokens/end', async (c) => {
      const { person, login } = requireGrant(c.get('grant'));
      const { id } = await readForm(c, named);
      const grant = await store.getGrant(id);
      if (grant?.person !== person) throw refusal(404, 'It has ended already.');
      const details = { name: grant.name, kind: grant.kind };
      await audited(ports, c, { action: 'token ended', by: login, details }, () => store.endGrant(id));
      return c.redirect('/tokens', 303);
    });
};

/** Who gets here has signed in: nobody else is let in where one can. */
function requireGrant(grant: PageEnv['Variables']['grant']) {
  if (grant) return grant;
  throw refusal(404, 'Tokens are of people who have signed in.');
}

const Made = ({ secret }: { secret: string }) => (
  <section>
    <h1>Your token</h1>
    <p>It is shown this once. Whoever has it acts in your name: keep it as you keep a password.</p>
    <pre>{secret}</pre>
    <p>
      <code>cite login</code> asks for it; programs send it as <code>Authorization: Bearer</code>, or give it
      to cite in <code>CITE_TOKEN</code>.
    </p>
    <p>
      <a href="/tokens">Back to your tokens</a>
    </p>
  </section>
);

interface TokensProps {
  readonly grants: readonly Grant[];
  readonly now: Date;
  /** Id of the session that looks. */
  readonly own: string | undefined;
}

const Tokens = ({ grants, now, own }: TokensProps) => (
  <>
    <h1>Tokens</h1>
    <p class="quiet">
      They let programs in with your rights on GitHub, as they are then; a scope makes them less. Sessions are
      the browsers that you have signed in with.
    </p>
    <form method="post" class="wish">
      <label class="field">
        <span>What it is for</span>
        <input name="name" required maxlength={60} autocomplete="off" />
      </label>
      <label class="field">
        <span>What it may do at most</span>
        <select name="scope">
          {rights.map((scope) => (
            <option value={scope} selected={scope === 'write'}>
              {`${scope}: ${SCOPES[scope]}`}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>How long it lasts</span>
        <select name="days">
          {DAYS.map((days) => (
            <option value={days} selected={days === '90'}>
              {`${days} days`}
            </option>
          ))}
        </select>
      </label>
      <p class="buttons">
        <button type="submit" class="does">
          Make a token
        </button>
      </p>
    </form>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">May</th>
            <th scope="col">Since</th>
            <th scope="col">Until</th>
            <th scope="col">
              <span class="hidden">End it</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {grants.map(({ id, kind, name, scope, createdAt, endsAt }) => (
            <tr>
              <td>
                {name}
                <div class="quiet">{id === own ? 'this session' : kind}</div>
              </td>
              <td>{scope}</td>
              <td>
                <Ago at={createdAt} now={now} />
              </td>
              <td>{endsAt.slice(0, 10)}</td>
              <td>
                {id === own ? null : (
                  <form method="post" action="/tokens/end">
                    <input type="hidden" name="id" value={id} />
                    <button type="submit" class="destroys" aria-label={`End ${name}`}>
                      End
                    </button>
                  </form>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </>
);
