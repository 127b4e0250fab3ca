import { Hono, type MiddlewareHandler } from 'hono';
import { except } from 'hono/combine';
import { compress } from 'hono/compress';
import { csrf } from 'hono/csrf';
import type { Needs } from '../needs.ts';
import { appAddress } from '../schemas.ts';
import { answerPage } from './answer-page.tsx';
import { appPage } from './app.tsx';
import { assets } from './assets.ts';
import { changePage } from './change.tsx';
import { checked } from './checked.ts';
import { health } from './health.tsx';
import { home } from './home.tsx';
import { homeQuery } from './home-query.ts';
import { logRoutes } from './log.tsx';
import type { PageEnv, Seen } from './page-env.ts';
import { sweepRoutes } from './sweep.tsx';
import { activateRoutes } from './wishes/activate.tsx';
import { deleteRoutes } from './wishes/delete.tsx';
import { holdRoutes } from './wishes/hold.tsx';
import { pinRoutes } from './wishes/pin.tsx';
import { redeployRoutes } from './wishes/redeploy.tsx';
import { registerRoutes } from './wishes/register.tsx';

/** Has rules of its own: a log that is followed, for one, must not wait to be compressed. */
const API = ['/api/*', '/openapi.json'];

/** The console's pages, each at its address. */
export function pages(ports: Needs, access: MiddlewareHandler<PageEnv>): Hono<PageEnv> {
  const looks = new Map<string, Promise<Seen>>();
  return new Hono<PageEnv>()
    .use((c, next) => {
      c.set('looks', looks);
      return next();
    })
    .use(except(API, compress()))
    .route('/assets', assets)
    .use(except(API, access, csrf()))
    .get('/', (c) => answerPage(c, () => home(ports, homeQuery.parse(c.req.query()))))
    .get('/apps/:namespace/:name', (c) =>
      answerPage(c, () => appPage(ports, checked(appAddress, c.req.param()))),
    )
    .get('/changes/:id', (c) => answerPage(c, () => changePage(ports, c.req.param('id'))))
    .get('/health', (c) => answerPage(c, () => health(ports)))
    .route('/', logRoutes(ports))
    .route('/', sweepRoutes(ports))
    .route('/', activateRoutes(ports))
    .route('/', holdRoutes(ports))
    .route('/', redeployRoutes(ports))
    .route('/', pinRoutes(ports))
    .route('/', deleteRoutes(ports))
    .route('/', registerRoutes(ports));
}
