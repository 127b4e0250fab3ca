import { decideAcceptance } from '../domain/acceptance.ts';
import type { App } from '../domain/app.ts';
import type { Ports } from './ports.ts';

type Needs = Pick<Ports, 'cluster'> & {
  readonly config: Pick<Ports['config'], 'PLATFORM_NAMESPACE' | 'ALLOWED_REGISTRIES'>;
};

/** Throws InvalidError where the App may not be deployed in its Namespace: before its code is built, and before it runs. */
export async function requireAccepted({ cluster, config }: Needs, app: App): Promise<void> {
  const refused = decideAcceptance(app, await cluster.namespaceOwners(app.namespace), config);
  if (refused) throw refused.fault;
}
