import type { App } from './app.ts';
import { isHostName, isOfCluster } from './host-name.ts';
import type { Route } from './route.ts';

type Named = Pick<App, 'namespace' | 'name'>;

export interface Hosts {
  /** Those that are to lead to the App. */
  readonly allowed: readonly string[];
  /** Those that it asks for and may not have. */
  readonly refused: readonly Route[];
}

/** APP_URL with the App's names in it. */
export const appUrl = (pattern: string, { namespace, name }: Named) =>
  pattern.replaceAll('{name}', name).replaceAll('{namespace}', namespace);

/** Whether the App's own host is to be routed. Not so where it is one of the cluster, or Apps share it. */
export function hasPublicHost(pattern: string): boolean {
  const host = hostOf(pattern);
  return host.includes('{name}') && host.includes('{namespace}') && !isOfCluster(host);
}

/**
 * The hosts that are to lead to an App. Its owner may ask for any name, so the Namespace says which it may have, as it says
 * whose repositories it may deploy: without that one tenant could take another's name, or the platform's.
 */
export function decideHosts(
  app: Named & Pick<App, 'spec'>,
  domains: readonly string[],
  pattern: string,
): Hosts {
  if (app.spec.expose !== 'public') return { allowed: [], refused: [] };
  const given = hasPublicHost(pattern) ? [hostOf(appUrl(pattern, app))] : [];
  const own = app.spec.domains.filter((host) => !given.includes(host));
  const isAllowed = (host: string) =>
    domains.some((domain) => covers(domain.toLowerCase(), host, isOfPlatform(host, pattern)));
  return {
    allowed: [...given.filter(isHostName), ...own.filter(isAllowed)],
    refused: [
      ...given.filter((host) => !isHostName(host)).map(impossible),
      ...own.filter((host) => !isAllowed(host)).map((host) => refused(host, app.namespace)),
    ],
  };
}

/** As in a certificate `*` is one label; alone it is every name. A name among those of all tenants is meant by none. */
function covers(domain: string, host: string, exactly: boolean): boolean {
  if (domain === host) return true;
  if (exactly) return false;
  return domain === '*' || (domain.startsWith('*.') && domain.slice(2) === host.slice(host.indexOf('.') + 1));
}

/** In `apps.example.com`, where APP_URL is `https://{name}-{namespace}.apps.example.com`. */
function isOfPlatform(host: string, pattern: string): boolean {
  const [, domain] = /\}[^.{}]*\.([^{}]+)$/.exec(hostOf(pattern)) ?? [];
  return domain !== undefined && (host === domain || host.endsWith(`.${domain}`));
}

const hostOf = (url: string) => /^https?:\/\/([^/:]*)/.exec(url)?.[1]?.toLowerCase() ?? '';

const impossible = (host: string): Route => ({
  host,
  state: 'failed',
  reason: 'InvalidHost',
  message: 'APP_URL makes no host name of it. Take a shorter name, or ask for another APP_URL.',
});

const refused = (host: string, namespace: string): Route => ({
  host,
  state: 'failed',
  reason: 'RefusedDomain',
  message: `Namespace ${namespace} does not allow it in spec.domains. Add it to its annotation cite.dev/domains.`,
});
