import type { App } from '../../shared/domain/app.ts';
import { DeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import { decideHosts } from '../../shared/domain/hosts.ts';
import type { Route } from '../../shared/domain/route.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { decideRoute } from './decide-route.ts';
import type { Needs } from './needs.ts';
import type { NewCondition } from './write-conditions.ts';

interface Provided {
  readonly condition: NewCondition;
  readonly url: string | undefined;
  /** What has to be tried again, once all that needs no route is done. */
  readonly missed?: RetryableError;
}

/** How the App is reached from outside. Whatever is in its way keeps no release from going live: it is said. */
export async function provideRoutes(ports: Needs, app: App, log: Logger): Promise<Provided> {
  try {
    return decideRoute(app, await routesOf(ports, app), ports.config.APP_URL);
  } catch (err) {
    if (!(err instanceof InvalidError || err instanceof RetryableError)) throw err;
    log.warn({ err }, 'not routed');
    const told = { type: 'RouteReady', message: err.message } as const;
    const { url } = app.status;
    if (err instanceof DeniedError || err instanceof InvalidError)
      return { condition: { ...told, status: 'False', reason: 'Denied' }, url };
    return { condition: { ...told, status: 'Unknown', reason: 'Unreachable' }, url, missed: err };
  }
}

async function routesOf({ cluster, config }: Needs, app: App): Promise<readonly Route[]> {
  const { expose, domains } = app.spec;
  const own = domains.length > 0 ? await cluster.namespaceDomains(app.namespace) : [];
  const { allowed, refused } = decideHosts(app, own, config.APP_URL);
  const routes = await cluster.ensureRoutes(app, allowed);
  if (expose === 'load-balancer') return [await cluster.loadBalancer(app)];
  return [...routes, ...refused];
}
