import type { Route } from '../../../../shared/domain/route.ts';
import type { Routes } from '../../../../shared/ports/cluster.ts';
import type { ServiceAddress } from './services.ts';

/** On one machine the proxy follows names under localhost: there is nothing to make, and nothing else to be had. */
export function routes(address: ServiceAddress): Routes {
  const unable = (host: string, what: string, at: string): Route => ({
    host,
    state: 'failed',
    reason: 'OneMachine',
    message: `One machine has no ${what}. The App is at http://${at}.`,
  });
  return {
    /** One machine has one user, who may do everything. */
    namespaceDomains: async () => ['*'],
    async ensureRoutes(app, hosts) {
      const { authority } = address(app);
      return hosts.map((host) => unable(host, 'domains of its own', authority));
    },
    async releaseHosts() {},
    async loadBalancer(ref) {
      const { authority } = address(ref);
      return unable('', 'load balancer', authority);
    },
  };
}
