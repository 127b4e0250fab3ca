import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import manifest from '../../package.json' with { type: 'json' };
import { thisMachineOnly, tokenAsPassword, tokenOnly } from './access.ts';
import { soundBody } from './body.ts';
import { guard } from './guard.ts';
import { idempotency, withIdempotencyKeys } from './idempotency.ts';
import type { Needs } from './needs.ts';
import { onPageError } from './pages/error-page.tsx';
import { pages } from './pages/pages.ts';
import { onError, onInvalidInput } from './problem.ts';
import { queryOnce } from './query-once.ts';
import { apps } from './routes/apps.ts';
import { audit } from './routes/audit.ts';
import { changes } from './routes/changes.ts';
import { deadLetters } from './routes/dead-letters.ts';
import { events } from './routes/events.ts';
import { holds } from './routes/holds.ts';
import { logs } from './routes/logs.ts';
import { me } from './routes/me.ts';
import { pods } from './routes/pods.ts';
import { releases } from './routes/releases.ts';
import { secrets } from './routes/secrets.ts';
import { status } from './routes/status.ts';
import { sweep } from './routes/sweep.ts';
import { webhooks } from './routes/webhooks.ts';
import { why } from './routes/why.ts';
import { securityHeaders } from './security-headers.ts';
import { personalToken, signedInPerson } from './signed-in.ts';
import { onUnknownRoute } from './unknown-route.ts';
import { withoutBody } from './without-body.ts';

/** The console: all routes meet here. The API is under /api, the pages are the rest. */
export function consoleApp(ports: Needs): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: onInvalidInput });
  app.onError((err, c) => (wantsPage(c) ? onPageError : onError)(ports.log)(err, c));
  app.use(securityHeaders, withoutBody);
  app.notFound(onUnknownRoute(app));
  const { api, pages: ofPages } = accessOf(ports);
  app.use('/api/*', api, guard(ports), soundBody, queryOnce);
  app.use('/api/*', idempotency(ports));
  for (const routes of [
    apps,
    releases,
    holds,
    changes,
    events,
    why,
    logs,
    sweep,
    secrets,
    status,
    pods,
    deadLetters,
    webhooks,
    audit,
    me,
  ]) {
    app.route('/api', routes(ports));
  }
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  const about = {
    openapi: '3.1.0',
    info: { title: manifest.name, version: manifest.version, description: manifest.description },
    security: ports.config.API_TOKEN ? [{ token: [] }] : [],
  };
  app.get('/openapi.json', (c) => c.json(withIdempotencyKeys(app.getOpenAPI31Document(about))));
  app.route('/', pages(ports, ofPages));
  return app;
}

/** Who is let in: people by GitHub, where they can sign in; else whoever has the token; without one, who is on this machine. */
function accessOf(ports: Needs) {
  const { signIn, config } = ports;
  if (!config.API_TOKEN) return { api: thisMachineOnly, pages: thisMachineOnly };
  return signIn
    ? { api: personalToken(ports, signIn, config.API_TOKEN), pages: signedInPerson(ports, signIn) }
    : { api: tokenOnly(config.API_TOKEN), pages: tokenAsPassword(config.API_TOKEN) };
}

/** Browsers ask for a page, and are told by one what programs are told in JSON. */
const wantsPage = ({ req }: Context) => /text\/(html|event-stream)/.test(req.header('accept') ?? '');
