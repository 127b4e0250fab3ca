import type { Context, MiddlewareHandler } from 'hono';
import type { AppRef } from '../../shared/domain/app.ts';
import { includes, type Right } from '../../shared/domain/right.ts';
import { noApp } from './app-of.ts';
import { echo } from './echo.ts';
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
  ['GET', '/apps/:namespace/:name{/*}?', onApp('read')],
  ['POST', '/apps/:namespace/:name/delete', onApp('admin')],
  ['DELETE', '/apps/:namespace/:name', onApp('admin')],
  ['any', '/apps/:namespace/:name{/*}?', onApp('write')],
  ['GET', '/changes/:id{/*}?', onChange('read')],
  ['any', '/changes/:id{/*}?', onChange('write')],
  ['GET', '/builds/:key{/*}?', readBuild],
  ['GET', '/webhooks/:owner/:name{/*}?', readRepository],
  ['any', '/namespaces/:namespace/secrets/:name', writeSecret],
  // These show of everything what one may see.
  ['GET', '/', everybody],
  ['GET', '/apps', everybody],
  ['GET', '/changes', everybody],
  ['GET', '/why/:commit', everybody],
  ['GET', '/sweep', everybody],
  ['GET', '/audit', everybody],
  // These ask for the right on the repository that they are told (requireRight).
  ['POST', '/apps', everybody],
  ['any', '/register', everybody],
  // One's own.
  ['any', '/tokens{/*}?', everybody],
  ['POST', '/sign-out', everybody],
  ['GET', '/me', everybody],
  ['GET', '/api-docs', everybody],
];

const rules = NEEDS.map(([method, pathname, need]) => ({
  method,
  pattern: new URLPattern({ pathname }),
  need,
}));

/** Lets through who may, for all routes at once: no route can forget to ask. Runs after it is known who asks. */
export const guard =
  (ports: Needs): MiddlewareHandler<PageEnv> =>
  async (c, next) => {
    const pathname = c.req.path.replace(/^\/api(?=\/)/, '');
    const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
    const found = rules
      .filter((rule) => rule.method === 'any' || rule.method === method)
      .map(({ pattern, need }) => ({ match: pattern.exec({ pathname }), need }))
      .find(({ match }) => match !== null);
    if (!c.get('rights').isAdmin) {
      if (!found) throw refusal(403, 'This is for administrators of the platform alone (ADMINS).');
      await found.need({ ports, c, params: decoded(found.match?.pathname.groups ?? {}) });
    }
    await next();
  };

/** For what names its repository in its body. A repository that may not be seen is not there. */
export async function requireRight(c: Context, repository: string, wanted: Right): Promise<void> {
  const right = await (c as Context<PageEnv>).get('rights').on(repository);
  if (!includes(right, 'read'))
    throw refusal(404, `${echo(repository)} is not on the code host, or you may not see it there.`);
  if (!includes(right, wanted)) throw forbidden(repository, wanted);
}

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

async function readRepository({ c, params: { owner, name } }: Parameters<Need>[0]): Promise<void> {
  const repository = `${owner}/${name}`;
  await requireOn(c, repository, 'read', refusal(404, `There is no repository ${echo(repository)} here.`));
}

/** A Secret is of the Apps that use it; one that none uses yet, of those that could. */
async function writeSecret({
  ports,
  c,
  params: { namespace = '', name },
}: Parameters<Need>[0]): Promise<void> {
  const apps = (await ports.cluster.listApps()).filter((app) => app.namespace === namespace);
  const users = apps.filter(({ spec }) => spec.secret === name);
  const rights = c.get('rights');
  const mayWrite = async ({ spec }: (typeof apps)[number]) =>
    includes(await rights.on(spec.repository), 'write');
  const may = await Promise.all((users.length > 0 ? users : apps).map(mayWrite));
  if (users.length > 0 ? may.every(Boolean) : may.some(Boolean)) return;
  throw refusal(403, `For this you need write access to the repositories of the Apps in ${echo(namespace)}.`);
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
