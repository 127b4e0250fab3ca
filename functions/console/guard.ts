import type { Context, MiddlewareHandler } from 'hono';
import type { AppRef } from '../../shared/domain/app.ts';
import { includes, type Right } from '../../shared/domain/right.ts';
import { noApp } from './app-of.ts';
import { echo } from './echo.ts';
import { requireMayWriteSecret } from './may-use-secret.ts';
import type { Needs } from './needs.ts';
import type { PageEnv } from './pages/page-env.ts';
import { refusal } from './problem.ts';
import { appAddress } from './schemas.ts';
import { noChange } from './wishes/cancel.ts';

type Params = Readonly<Record<string, string>>;
/** Throws the refusal of who may not. */
type Need = (asked: {
  readonly ports: Needs;
  readonly c: Context<PageEnv>;
  readonly params: Params;
}) => Promise<void>;

/**
 * What a request needs, by where it goes, of the API (below /api) as of the pages: the first that fits counts. What is not
 * named here is the administrators'. `read` of a repository is what GitHub calls so, `write` deploys and goes back, `admin`
 * deletes (issue 6); what may not be seen is not there.
 */
const NEEDS: readonly (readonly [method: 'GET' | 'POST' | 'DELETE' | 'any', path: string, need: Need])[] = [
  // A form is shown to who may send it.
  ['GET', '/apps/:namespace/:name/delete', onApp('admin')],
  ['GET', '/apps/:namespace/:name/:form(activate|hold|lift|redeploy|settings)', onApp('write')],
  ['GET', '/apps/:namespace/:name{/*}?', onApp('read')],
  ['POST', '/apps/:namespace/:name/delete', onApp('admin')],
  ['DELETE', '/apps/:namespace/:name', onApp('admin')],
  ['any', '/apps/:namespace/:name{/*}?', onApp('write')],
  ['GET', '/changes/:id/cancel', onChange('write')],
  ['GET', '/changes/:id{/*}?', onChange('read')],
  ['any', '/changes/:id{/*}?', onChange('write')],
  ['GET', '/builds/:key{/*}?', readBuild],
  // Each look at one is up to four requests of the platform's at GitHub.
  ['GET', '/webhooks/:owner/:name{/*}?', writeRepository],
  ['any', '/namespaces/:namespace/secrets/:name', writeSecret],
  // These have to ask themselves: they show of everything what one may see (Rights.among, seenBy).
  ['GET', '/', everybody],
  ['GET', '/apps', everybody],
  ['GET', '/changes', everybody],
  ['GET', '/events', everybody],
  ['GET', '/why/:commit', everybody],
  ['GET', '/sweep', everybody],
  ['GET', '/audit', everybody],
  // These ask by the repository that they are told (requireMayRegister).
  ['POST', '/apps', everybody],
  ['any', '/register', everybody],
  // One's own.
  ['any', '/tokens{/*}?', everybody],
  ['POST', '/sign-out', everybody],
  ['GET', '/me', everybody],
  ['GET', '/api-docs', everybody],
];

/** Backslashes, what is not printed, and steps up. */
const AMBIGUOUS = /[\\\0-\x20\x7f]|\/\.{1,2}(\/|$)/;

const rules = NEEDS.map(([method, pathname, need]) => ({
  method,
  pattern: new URLPattern({ pathname }),
  need,
}));

/** Lets through who may, for all routes at once, and asks anew for who goes on looking. Runs after it is known who asks. */
export const guard =
  (ports: Needs): MiddlewareHandler<PageEnv> =>
  async (c, next) => {
    const pathname = c.req.path.replace(/^\/api(?=\/)/, '');
    const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
    const found = rules
      .filter((rule) => rule.method === 'any' || rule.method === method)
      .map(({ pattern, need }) => ({ match: pattern.exec({ pathname }), need }))
      .find(({ match }) => match !== null);
    const requireMay = async () => {
      if (c.get('rights').isAdmin) return;
      // The router and URLPattern read these each in their own way.
      if (AMBIGUOUS.test(c.req.path)) throw refusal(404, 'There is nothing of that name.');
      if (!found) throw refusal(403, 'This is for administrators of the platform alone (ADMINS).');
      await found.need({ ports, c, params: decoded(found.match?.pathname.groups ?? {}) });
    };
    await requireMay();
    c.set('requireStillMay', async () => {
      await c.get('enterAgain')();
      await requireMay();
    });
    await next();
  };

const forbidden = (repository: string, wanted: Right) =>
  refusal(
    403,
    `For this you need ${wanted} access to ${repository} on GitHub (or a token that may ${wanted}). Ask whoever administers it.`,
  );

async function everybody(): Promise<void> {}

async function requireOn(
  c: Context<PageEnv>,
  repository: string,
  wanted: Right,
  unseen: Error,
): Promise<void> {
  const right = await c.get('rights').on(repository);
  if (!includes(right, 'read')) throw unseen;
  if (!includes(right, wanted)) throw forbidden(repository, wanted);
  // What of a repository is shown is the same for all who may see it.
  c.set('audience', '');
}

function onApp(wanted: Right): Need {
  return async ({ ports, c, params }) => {
    const ref = params as unknown as AppRef;
    const app = appAddress.safeParse(ref).success ? await ports.cluster.getApp(ref) : undefined;
    if (!app) throw noApp(ref);
    await requireOn(c, app.spec.repository, wanted, noApp(ref));
  };
}

function onChange(wanted: Right): Need {
  return async ({ ports, c, params: { id = '' } }) => {
    const change = await ports.store.getChange(id);
    if (!change) throw noChange(id);
    await requireOn(c, change.repository, wanted, noChange(id));
  };
}

async function readBuild({ ports, c, params: { key = '' } }: Parameters<Need>[0]): Promise<void> {
  const unseen = refusal(404, `There is no build ${echo(key)}.`);
  const [change] = await ports.store.listChanges({ build: key, limit: 1 });
  if (!change) throw unseen;
  await requireOn(c, change.repository, 'read', unseen);
}

async function writeRepository({ c, params: { owner, name } }: Parameters<Need>[0]): Promise<void> {
  const repository = `${owner}/${name}`;
  await requireOn(c, repository, 'write', refusal(404, `There is no repository ${echo(repository)} here.`));
}

async function writeSecret({ ports, c, params: { namespace = '', name = '' } }: Parameters<Need>[0]) {
  await requireMayWriteSecret(ports, c.get('rights'), namespace, name);
}

/** As the router decodes them. What is no text is nothing's name. */
function decoded(groups: Readonly<Record<string, string | undefined>>): Params {
  try {
    return Object.fromEntries(
      Object.entries(groups).map(([name, text = '']) => [name, decodeURIComponent(text)]),
    );
  } catch {
    throw refusal(404, 'There is nothing of that name.');
  }
}
