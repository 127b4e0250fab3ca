import { Hono, type MiddlewareHandler } from 'hono';
import { except } from 'hono/combine';
import { compress } from 'hono/compress';
import { soundForm } from '../body.ts';
import { guard } from '../guard.ts';
import type { Needs } from '../needs.ts';
import { appAddress } from '../schemas.ts';
import { answerPage } from './answer-page.tsx';
import { apiDocsPage } from './api-docs.tsx';
import { appPage } from './app.tsx';
import { appsPage } from './apps.tsx';
import { appsQuery } from './apps-query.ts';
import { assets } from './assets.ts';
import { auditRoutes } from './audit.tsx';
import { changePage } from './change.tsx';
import { activateRoutes } from './forms/activate.tsx';
import { changeRoutes } from './forms/change.tsx';
import { deleteRoutes } from './forms/delete.tsx';
import { holdRoutes } from './forms/hold.tsx';
import { pinRoutes } from './forms/pin.tsx';
import { redeployRoutes } from './forms/redeploy.tsx';
import { registerRoutes } from './forms/register.tsx';
import { replayRoutes } from './forms/replay.tsx';
import { settingsRoutes } from './forms/settings.tsx';
import { warmRoutes } from './forms/warm.tsx';
import { ledgerRoutes } from './ledger.tsx';
import { logRoutes } from './log.tsx';
import { ownForms } from './own-forms.ts';
import type { PageEnv, Seen } from './page-env.ts';
import { parsed } from './parsed.ts';
import { signInRoutes, signOutRoutes } from './sign-in.tsx';
import { statusPage } from './status.tsx';
import { sweepRoutes } from './sweep.tsx';
import { tokenRoutes } from './tokens.tsx';
import { webhookPage } from './webhook.tsx';

/** Has rules of its own: a log that is followed, for one, must not wait to be compressed. */
const API = ['/api/*', '/openapi.json'];

/** The console's pages, each at its address. */
export function pages(ports: Needs, access: MiddlewareHandler<PageEnv>): Hono<PageEnv> {
  const { signIn } = ports;
  const none = new Hono<PageEnv>();
  const looks = new Map<string, Promise<Seen>>();
  return new Hono<PageEnv>()
    .use((c, next) => {
      c.set('looks', looks);
      c.set('log', ports.log);
      c.set('requireStillMay', async () => {});
      return next();
    })
    .use(except(API, compress()))
    .route('/assets', assets)
    .route('/', signIn ? signInRoutes(ports, signIn) : none)
    .use(except(API, access, guard(ports), ownForms, soundForm))
    .get('/', (c) => {
      const query = appsQuery.parse(c.req.query());
      return answerPage(c, () => appsPage(ports, c.get('rights'), query), query);
    })
    .get('/apps/:namespace/:name', (c) =>
      answerPage(c, () => appPage(ports, parsed(appAddress, c.req.param()))),
    )
    .get('/changes/:id', (c) => answerPage(c, () => changePage(ports, c.req.param('id'))))
    .get('/status', (c) => answerPage(c, () => statusPage(ports)))
    .get('/webhooks/:owner/:name', (c) =>
      answerPage(c, () => webhookPage(ports, `${c.req.param('owner')}/${c.req.param('name')}`)),
    )
    .get('/api-docs', (c) => answerPage(c, apiDocsPage))
    .route('/', signIn ? signOutRoutes(ports) : none)
    .route('/', signIn ? tokenRoutes(ports) : none)
    .route('/', ledgerRoutes(ports))
    .route('/', auditRoutes(ports))
    .route('/', changeRoutes(ports))
    .route('/', logRoutes(ports))
    .route('/', sweepRoutes(ports))
    .route('/', activateRoutes(ports))
    .route('/', holdRoutes(ports))
    .route('/', redeployRoutes(ports))
    .route('/', pinRoutes(ports))
    .route('/', warmRoutes(ports))
    .route('/', replayRoutes(ports))
    .route('/', settingsRoutes(ports))
    .route('/', deleteRoutes(ports))
    .route('/', registerRoutes(ports));
}
