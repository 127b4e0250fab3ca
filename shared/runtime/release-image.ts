import type { App } from '../domain/app.ts';
import type { Change } from '../domain/change.ts';
import { imageOfCommit, requireAllowedRegistry } from '../domain/image-reference.ts';
import type { Ports } from './ports.ts';

type Needs = Pick<Ports, 'store' | 'registry'> & {
  readonly config: Pick<Ports['config'], 'ALLOWED_REGISTRIES'>;
};

/** Image with digest that a Change's Release runs; undefined: it is not there (yet). */
export async function releaseImage(ports: Needs, app: App, change: Change): Promise<string | undefined> {
  if (change.build !== undefined) return (await ports.store.getBuild(change.build))?.image;
  if (app.lastRelease?.commit === change.commit) return app.lastRelease.image;
  if (app.spec.image === undefined) return undefined;
  requireAllowedRegistry(app.spec.image, ports.config.ALLOWED_REGISTRIES);
  return ports.registry.resolve(imageOfCommit(app.spec.image, change.commit));
}
