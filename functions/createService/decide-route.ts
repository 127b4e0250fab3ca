import type { App } from '../../shared/domain/app.ts';
import { appUrl, hasPublicHost } from '../../shared/domain/hosts.ts';
import type { Route } from '../../shared/domain/route.ts';
import type { NewCondition } from './write-conditions.ts';

export interface RouteDecision {
  readonly condition: NewCondition;
  /** Where the App answers; empty: nowhere that is known yet. */
  readonly url: string;
}

/** What people are told of how the App is reached, from how each of its hosts stands. */
export function decideRoute(app: App, routes: readonly Route[], pattern: string): RouteDecision {
  const told = (status: NewCondition['status'], reason: string, message: string, url: string) => ({
    condition: { type: 'RouteReady' as const, status, reason, message },
    url,
  });
  const { namespace, name, spec } = app;
  const isPublic = hasPublicHost(pattern);
  const own = appUrl(pattern, app);
  if (spec.expose === 'cluster') {
    const inside = isPublic ? `http://${name}.${namespace}.svc.cluster.local` : own;
    return told('True', 'ClusterOnly', `Only the cluster reaches the App, at ${inside}.`, inside);
  }
  const url = routes.find(({ state }) => state === 'ready')?.url ?? (isPublic ? '' : own);
  for (const [state, status] of worstFirst) {
    const alike = routes.filter((route) => route.state === state);
    if (alike[0]) return told(status, alike[0].reason, sentences(alike), url);
  }
  return told('True', 'NoPublicHost', `APP_URL gives Apps no host of their own: it is at ${own}.`, own);
}

const worstFirst = [
  ['failed', 'False'],
  ['pending', 'Unknown'],
  ['ready', 'True'],
] as const;

/** A load balancer has no name before it has an address. */
const sentences = (routes: readonly Route[]) =>
  routes.map(({ host, message }) => (host === '' ? message : `${host}: ${message}`)).join(' ');
