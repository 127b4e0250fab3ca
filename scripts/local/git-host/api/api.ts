import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { collaboratorRoutes } from './collaborators.ts';
import { deploymentRoutes } from './deployments.ts';
import { hookRoutes } from './hooks.ts';
import type { Host } from './host.ts';
import { notFound, Refusal } from './refusal.ts';
import type { ApiEnv } from './request.ts';
import { sourceRoutes } from './source.ts';
import { statusRoutes } from './statuses.ts';

/** The part of GitHub's REST API that Cite uses, under `/api/v3` as on a GitHub Enterprise Server. */
export function restApi(host: Host, token: string, failed: (error: Error) => void): Hono<ApiEnv> {
  const repository = createMiddleware<ApiEnv>(async (c, next) => {
    const found = host.repositories.find(c.req.param('owner') ?? '', c.req.param('repo') ?? '');
    if (!found) throw notFound();
    c.set('repository', found);
    await next();
  });

  /**
   * An App may be registered before its first push, and no page on this host makes a repository: the first that
   * prepares one for use does.
   */
  const repositoryInPreparation = createMiddleware<ApiEnv>(async (c, next) => {
    await host.repositories.make(c.req.param('owner') ?? '', c.req.param('repo') ?? '');
    await next();
  });

  const api = new Hono<ApiEnv>().basePath('/api/v3');
  api.use(async (c, next) => {
    if (!bears(c.req.header('authorization'), token)) throw new Refusal(401, 'Bad credentials');
    await next();
  });
  const path = '/repos/:owner/:repo';
  api.use(`${path}/hooks/*`, repositoryInPreparation);
  api.use(`${path}/collaborators/*`, repositoryInPreparation);
  api.use(`${path}/*`, repository);
  api.route(`${path}/hooks`, hookRoutes(host));
  api.route(`${path}/collaborators`, collaboratorRoutes(host));
  api.route(`${path}/deployments`, deploymentRoutes(host));
  api.route(path, statusRoutes(host));
  api.route(path, sourceRoutes(host));
  // As a GitHub Enterprise Server whose owner has set no limit.
  api.get('/rate_limit', () => refuse(new Refusal(404, 'Rate limiting is not enabled.')));
  api.notFound(() => refuse(notFound()));
  api.onError((error) => {
    if (error instanceof Refusal) return refuse(error);
    failed(error);
    return refuse(new Refusal(500, 'Server Error'));
  });
  return api;
}

const refuse = (refusal: Refusal) => Response.json(refusal.json(), { status: refusal.status });

/** `token <token>` or `Bearer <token>`, compared in constant time. */
function bears(header: string | undefined, token: string): boolean {
  const [, given] = /^(?:token|bearer) +(.+)$/i.exec(header ?? '') ?? [];
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}
