import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { appSpec } from '../../../shared/domain/app-spec.ts';
import { askerOf, rightsOfAsker } from '../access.ts';
import { addressOf, requireApp } from '../app-of.ts';
import { audited } from '../audit.ts';
import type { Needs } from '../needs.ts';
import { changedSettings, etagOf, reconfigure } from '../reconfigure.ts';
import { register } from '../registration.ts';
import { answers, appAddress, appName, json, jsonBody, namespaceName, person } from '../schemas.ts';
import { appView, newAppView, showApp } from '../views/app.ts';
import { appSummary, summarizeAll } from '../views/summary.ts';
import { appUid, requireAsSeen } from '../wishes/preconditions.ts';

const { hold: _, redeploy: __, repository, branch, ...settings } = appSpec.shape;

const newApp = z
  .strictObject({
    repository,
    branch: branch.optional().describe('Default: the default branch of the repository.'),
    namespace: namespaceName.optional().describe('Default: the owner of the repository, lower-cased.'),
    name: appName.optional().describe('Default: proposed from repository and branch.'),
    ...settings,
  })
  .openapi('NewApp');

/** Whether it fits is asked of the settings as they are with it. */
const settingsPatch = z
  .record(z.string(), z.unknown())
  .describe('Any settings of an App, as AppSpec has them; null takes one back to its default.');

/** Of the routes whose body is the App's own. */
const asker = z.object({ by: person });

const list = createRoute({
  tags: ['Apps'],
  method: 'get',
  path: '/apps',
  summary: 'All Apps, or those of a Namespace or repository',
  request: { query: z.object({ namespace: namespaceName.optional(), repository: repository.optional() }) },
  responses: answers(200, 'By address.', z.object({ apps: z.array(appSummary) })),
});

const create = createRoute({
  tags: ['Apps'],
  method: 'post',
  path: '/apps',
  summary: 'Register an App; the head of its branch is deployed at once',
  request: { query: asker, body: jsonBody(newApp) },
  responses: answers(201, 'Registered; Location is its address.', newAppView),
});

const show = createRoute({
  tags: ['Apps'],
  method: 'get',
  path: '/apps/{namespace}/{name}',
  summary: 'One App, and what of it runs',
  request: { params: appAddress },
  responses: answers(200, 'The ETag is that of its settings, for If-Match of PATCH.', appView),
});

const patch = createRoute({
  tags: ['Apps'],
  method: 'patch',
  path: '/apps/{namespace}/{name}',
  summary: 'Change settings: a JSON Merge Patch (RFC 7396) of the spec',
  request: {
    params: appAddress,
    query: asker,
    headers: z.object({ 'if-match': z.string().optional() }),
    body: {
      required: true,
      content: {
        ...json(settingsPatch),
        'application/merge-patch+json': { schema: settingsPatch },
      },
    },
  },
  responses: answers(200, 'As it is now; what enters the pods becomes a Change of kind config.', appView),
});

const remove = createRoute({
  tags: ['Apps'],
  method: 'delete',
  path: '/apps/{namespace}/{name}',
  summary: 'Delete an App and all that was made for it',
  request: { params: appAddress, query: asker.extend({ uid: appUid.optional() }) },
  responses: answers(202, 'It goes when its finalizer has run.', z.object({ message: z.string() })),
});

export function apps(ports: Needs): OpenAPIHono {
  const { cluster } = ports;
  return new OpenAPIHono()
    .openapi(list, async (c) => {
      const query = c.req.valid('query');
      const wanted = query.repository?.toLowerCase();
      const found = (await cluster.listApps(query.namespace)).filter(
        ({ spec }) => wanted === undefined || spec.repository.toLowerCase() === wanted,
      );
      const seen = await rightsOfAsker(c).among(found, ({ spec }) => spec.repository);
      const byAddress = seen.toSorted((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1));
      return c.json({ apps: await summarizeAll(ports, byAddress) }, 200);
    })
    .openapi(create, async (c) => {
      const { repository, branch, namespace, name, ...settings } = c.req.valid('json');
      const by = askerOf(c, c.req.valid('query').by);
      const { app, head } = await audited(
        ports,
        c,
        { action: 'app created', by, details: { repository } },
        () => register(ports, rightsOfAsker(c), { repository, branch, namespace, name, settings }),
        ({ app }) => ({ app }),
      );
      c.header('location', `/api/apps/${addressOf(app)}`);
      return c.json({ ...(await showApp(ports, app)), head }, 201);
    })
    .openapi(show, async (c) => {
      const app = await requireApp(cluster, c.req.valid('param'));
      c.header('etag', etagOf(app));
      return c.json(await showApp(ports, app), 200);
    })
    .openapi(patch, async (c) => {
      const ifMatch = c.req.valid('header')['if-match'];
      const by = askerOf(c, c.req.valid('query').by);
      const ref = c.req.valid('param');
      const { app } = await audited(
        ports,
        c,
        { action: 'app changed', by, app: ref },
        () => reconfigure(ports, rightsOfAsker(c), ref, c.req.valid('json'), ifMatch),
        changedSettings,
      );
      c.header('etag', etagOf(app));
      return c.json(await showApp(ports, app), 200);
    })
    .openapi(remove, async (c) => {
      const app = await requireApp(cluster, c.req.valid('param'));
      const { by, ...seen } = c.req.valid('query');
      requireAsSeen(app, seen);
      await audited(ports, c, { action: 'app deleted', by: askerOf(c, by), app }, () =>
        cluster.deleteApp(app),
      );
      return c.json({ message: `${addressOf(app)} and all that was made for it is being deleted.` }, 202);
    });
}
