import { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import manifest from '../../package.json' with { type: 'json' };
import { thisMachineOnly, tokenOnly } from './access.ts';
import type { Needs } from './needs.ts';
import { onError, onInvalidInput, onUnknownRoute, refusal } from './problem.ts';
import { apps } from './routes/apps.ts';
import { changes } from './routes/changes.ts';
import { holds } from './routes/holds.ts';
import { logs } from './routes/logs.ts';
import { releases } from './routes/releases.ts';
import { secrets } from './routes/secrets.ts';
import { status } from './routes/status.ts';
import { sweep } from './routes/sweep.ts';
import { why } from './routes/why.ts';

/** No request of the API is larger: an App's spec or a Secret (1 MiB at most in Kubernetes) is the largest. */
const MAX_BODY_BYTES = 1024 * 1024;

/** The console: all routes meet here. The API is under /api; pages may take the rest. */
export function consoleApp(ports: Needs): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: onInvalidInput });
  app.onError(onError(ports.log));
  app.notFound(onUnknownRoute);
  const { API_TOKEN } = ports.config;
  app.use('/api/*', API_TOKEN ? tokenOnly(API_TOKEN) : thisMachineOnly, bounded);
  for (const routes of [apps, releases, holds, changes, why, logs, sweep, secrets, status]) {
    app.route('/api', routes(ports));
  }
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: manifest.name, version: manifest.version, description: manifest.description },
    security: API_TOKEN ? [{ token: [] }] : [],
  });
  app.get('/', (c) => c.text(welcome));
  return app;
}

/** The framework has read the body by now; hono's own limit would copy a Request that it cannot copy. */
const bounded: MiddlewareHandler<{ Bindings: { incoming: { rawBody?: Buffer } } }> = async (c, next) => {
  if ((c.env.incoming.rawBody?.length ?? 0) > MAX_BODY_BYTES) {
    throw refusal(413, `The body is larger than ${MAX_BODY_BYTES} bytes. Send less.`);
  }
  await next();
};

const welcome = `${manifest.name} ${manifest.version}

API              /api, described by /openapi.json
register an App  npx cite apps create <owner/repo>
what happened    npx cite why
`;
